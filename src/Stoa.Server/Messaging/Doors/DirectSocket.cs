using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's <c>dm:*</c> events. Who somebody is comes from the socket's session, never from a payload.</summary>
public static class DirectSocket
{
    public static void MapDirectSocket(SocketNamespaceBuilder io)
    {
        io.OnRequest<OneConversation>(Events.DmJoinConversation, Events.DmError, JoinAsync);
        io.OnRequest<OneConversation>(Events.DmLeaveConversation, Events.DmError, LeaveAsync);
        io.OnRequest<SendDirect>(Events.DmSendMessage, Events.DmError, SendAsync);
        io.OnRequest<MarkMessagesRead>(Events.DmMarkRead, Events.DmError, MarkReadAsync);
        DirectTyping.Map(io);
        io.OnRequest<MessagesHandedOver>(Events.DmDelivered, Events.DmError, DeliveredAsync);
        io.OnQuestion<ReadHistory>(Events.DmHistory, Events.DmError, HistoryAsync, Events.DmHistory, Events.DmHistoryResponse);
        io.AnswerFaults(Events.DmError);
    }

    private static async Task<Outcome<object?>> JoinAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        if (place.Refusal is { } unknown)
            return unknown;
        var (id, reader) = place.Value;
        if (!await socket.Services.GetRequiredService<RoomAccess>().JoinAsync(socket, Rooms.Conversation(id), cancellation))
            return Conversation.NotFound;

        // After it is in the room: whatever is above this number is announced there.
        var found = await socket.Services.GetRequiredService<FindConversation>().Handle(id, reader, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;
        await NoteReadingAsync(socket, place.Value, caller, cancellation);
        var joined = new ConversationJoined(await NameAsync(socket, id, cancellation), Success: true, found.Value.LastSeq);
        await socket.EmitAsync(Events.DmJoined, joined);
        return joined;
    }

    private static async Task<Outcome<object?>> LeaveAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        if (place.Refusal is not null)
            return (object?)null;
        await DirectTyping.EndAsync(socket, place.Value.Id);
        await socket.LeaveAsync(Rooms.Conversation(place.Value.Id));
        return (object?)null;
    }

    private static async Task<Outcome<object?>> SendAsync(Socket socket, SendDirect payload, Caller caller, CancellationToken cancellation)
    {
        if (WireNames.TypeOf(payload.MessageType) is not { } type)
            return DirectConversations.UnknownType;
        var media = DirectMedia.Of(payload.MediaUrl, payload.MediaSize, payload.MediaDuration, payload.ThumbnailUrl, payload.AttachmentId, payload.Attachments);
        var content = new SendMessage.Content(payload.Content, type, payload.ReplyToId?.Value, payload.ClientMessageId, media);
        var sent = await WriteAsync(socket, payload, content, caller, cancellation);
        if (sent.Refusal is { } refusal)
            return refusal;

        var message = sent.Value.Message;
        await DirectTyping.EndAsync(socket, message.ConversationId);
        var card = await socket.Services.GetRequiredService<ConversationCards>().FindAsync(message.ConversationId, cancellation);
        var view = DirectMessage.Of(message, card, socket.Services.GetRequiredService<FileLinks>(), message.SenderId);
        await socket.EmitAsync(Events.DmMessageSent, view);
        return view;
    }

    /// <summary>Into the conversation that is named; without one, or when it is not there, to the recipient that is named (contract D.2).</summary>
    private static async Task<Outcome<Appended>> WriteAsync(Socket socket, SendDirect payload, SendMessage.Content content, Caller caller, CancellationToken cancellation)
    {
        if (payload.ConversationId is { } named)
        {
            var sent = await WriteIntoAsync(socket, named, content, caller, cancellation);
            var isElsewhere = ConversationName.Read(named.Name).Form is ConversationNameForm.Inbox or ConversationNameForm.OwnInbox;
            if (sent.Refusal != Conversation.NotFound || payload.RecipientId is null || isElsewhere)
                return sent;
        }

        return payload.RecipientId switch
        {
            null => Conversation.NotFound,
            { Id: null } => await WriteIntoAsync(socket, new ConversationRef(PartyRef.Desk), content, caller, cancellation),
            { Id: { } account } when caller.IsSupportDesk =>
                await WriteIntoAsync(socket, new ConversationRef(Conversation.SupportAlias(account)), content, caller, cancellation),
            { Id: { } account } => (await socket.Services.GetRequiredService<SendDirectMessage>()
                .Handle(new(account, ChosenIn(payload.ConversationId), content), caller, cancellation)).Then(static s => s.Appended),
        };
    }

    /// <summary>The client's own name for the conversation that its first message opens, so that it finds it by that name again; null: it gave none of its own.</summary>
    private static string? ChosenIn(ConversationRef? named) =>
        named is { } given && ConversationName.Read(given.Name).Form == ConversationNameForm.Chosen ? given.Name : null;

    private static async Task<Outcome<Appended>> WriteIntoAsync(
        Socket socket, ConversationRef conversation, SendMessage.Content content, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, conversation, caller, cancellation);
        return place.Refusal is { } refusal
            ? refusal
            : await socket.Services.GetRequiredService<SendMessage>().Handle(place.Value.Id, content, place.Value.As, cancellation);
    }

    /// <summary>Who reads the desk's inboxes reads words that are others': that leaves a trace, as it does with requests.</summary>
    private static async Task NoteReadingAsync(Socket socket, ResolveConversation.Place place, Caller caller, CancellationToken cancellation)
    {
        if (place.As.UserId != caller.UserId || caller.IsSupportDesk)
            await socket.Services.GetRequiredService<SecurityTrail>().NoteOnceAsync(SecurityEvents.ReadInbox, caller.UserId, "conversation", place.Id, cancellation);
    }

    private static async Task<Outcome<object?>> MarkReadAsync(Socket socket, MarkMessagesRead payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        if (place.Refusal is { } refusal)
            return refusal;
        var ids = payload.MessageIds?.ConvertAll(static id => id.Value);
        var marked = await socket.Services.GetRequiredService<MarkRead>().Handle(new(place.Value.Id, ids), place.Value.As, cancellation);
        return marked.Then<object?>(static m => new MarkedRead(m.UnreadCount, m.ReadAt));
    }

    private static async Task<Outcome<object?>> DeliveredAsync(Socket socket, MessagesHandedOver payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        if (place.Refusal is { } unknown)
            return unknown;
        var (id, reader) = place.Value;
        var found = await socket.Services.GetRequiredService<FindConversation>().Handle(id, reader, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;
        socket.Services.GetRequiredService<DeliveryReceipts>().Note(id, reader.UserId, Math.Clamp(payload.Seq ?? found.Value.LastSeq, 0, found.Value.LastSeq));
        return (object?)null;
    }

    private static async Task<Outcome<object?>> HistoryAsync(Socket socket, ReadHistory payload, Caller caller, CancellationToken cancellation)
    {
        var place = await PlaceAsync(socket, payload.ConversationId!.Value, caller, cancellation);
        if (place.Refusal is { } unknown)
            return unknown;
        var (id, reader) = place.Value;
        var read = await socket.Services.GetRequiredService<AskHistory>().Handle(new(id, payload.After, payload.Before, payload.Page,
            payload.Limit), reader, cancellation);
        if (read.Refusal is { } refusal)
            return refusal;
        await NoteReadingAsync(socket, place.Value, caller, cancellation);
        var page = MessagePage.Of(read.Value, reader.UserId, socket.Services.GetRequiredService<FileLinks>());
        return new HistoryPage(read.Value.Card.WireName, page.Messages, page.Total, page.LastSeq, page.Page, page.Limit, page.HasMore, page.BeginAnew);
    }

    internal static Task<Outcome<ResolveConversation.Place>> PlaceAsync(Socket socket, ConversationRef conversation, Caller caller, CancellationToken cancellation) =>
        socket.Services.GetRequiredService<ResolveConversation>().Handle(conversation.Name, caller, cancellation);

    private static async Task<string> NameAsync(Socket socket, long id, CancellationToken cancellation) =>
        (await socket.Services.GetRequiredService<ConversationCards>().FindAsync(id, cancellation)).WireName;
}

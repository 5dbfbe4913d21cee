using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Realtime;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's <c>dm:*</c> events. Who somebody is comes from the socket's session, never from a payload.</summary>
public static class DirectSocket
{
    private const string LastTypingKey = "last typing";
    private static readonly TimeSpan TypingPause = TimeSpan.FromSeconds(1);

    public static void MapDirectSocket(SocketNamespaceBuilder io)
    {
        io.OnRequest<OneConversation>(Events.DmJoinConversation, Events.DmError, JoinAsync);
        io.OnRequest<OneConversation>(Events.DmLeaveConversation, Events.DmError, LeaveAsync);
        io.OnRequest<SendDirect>(Events.DmSendMessage, Events.DmError, SendAsync);
        io.OnRequest<MarkMessagesRead>(Events.DmMarkRead, Events.DmError, MarkReadAsync);
        io.OnRequest<OneConversation>(Events.DmTypingStart, Events.DmError, static (socket, payload, caller, _) =>
            TypingAsync(socket, payload, caller, Events.DmTypingStart, Events.DmUserTyping));
        io.OnRequest<OneConversation>(Events.DmTypingStop, Events.DmError, static (socket, payload, caller, _) =>
            TypingAsync(socket, payload, caller, Events.DmTypingStop, Events.DmUserStoppedTyping));
        io.OnBadPayload(static (happened, _, _) => SocketDoor.RefusePayloadAsync(happened, Events.DmError));
    }

    private static async Task<Outcome<object?>> JoinAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        var id = payload.ConversationId!.Value.Value;
        var found = await socket.Services.GetRequiredService<FindConversation>().Handle(id, caller, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;

        await socket.JoinAsync(Rooms.Conversation(id));
        var joined = new ConversationJoined(id, Success: true, found.Value);
        await socket.EmitAsync(Events.DmJoined, joined);
        return joined;
    }

    private static async Task<Outcome<object?>> LeaveAsync(Socket socket, OneConversation payload, Caller caller, CancellationToken cancellation)
    {
        await socket.LeaveAsync(Rooms.Conversation(payload.ConversationId!.Value.Value));
        return (object?)null;
    }

    private static async Task<Outcome<object?>> SendAsync(Socket socket, SendDirect payload, Caller caller, CancellationToken cancellation)
    {
        if (WireNames.TypeOf(payload.MessageType) is not { } type)
            return DirectConversations.UnknownType;
        var services = socket.Services;
        var content = new SendMessage.Content(payload.Content, type, payload.ReplyToId?.Value, payload.ClientMessageId);
        Outcome<Appended> sent = payload.ConversationId is { } conversation
            ? await services.GetRequiredService<SendMessage>().Handle(conversation.Value, content, caller, cancellation)
            : payload.RecipientId is { } recipient
                ? (await services.GetRequiredService<SendDirectMessage>().Handle(new(recipient.Value, null, content), caller, cancellation)).Then(static s => s.Appended)
                : Conversation.NotFound;
        if (sent.Refusal is { } refusal)
            return refusal;

        var message = sent.Value.Message;
        var card = await services.GetRequiredService<ConversationCards>().FindAsync(message.ConversationId, cancellation);
        var view = DirectMessage.Of(message, card);
        await socket.EmitAsync(Events.DmMessageSent, view);
        return view;
    }

    private static async Task<Outcome<object?>> MarkReadAsync(Socket socket, MarkMessagesRead payload, Caller caller, CancellationToken cancellation)
    {
        var ids = payload.MessageIds?.ConvertAll(static id => id.Value);
        var marked = await socket.Services.GetRequiredService<MarkRead>().Handle(new(payload.ConversationId!.Value.Value, ids), caller, cancellation);
        return marked.Then<object?>(static m => new MarkedRead(m.UnreadCount, m.ReadAt));
    }

    /// <summary>Relayed only to a room this socket was let into, so the membership check of joining holds here too.</summary>
    private static async Task<Outcome<object?>> TypingAsync(Socket socket, OneConversation payload, Caller caller, string name, string otherName)
    {
        var id = payload.ConversationId!.Value;
        var room = Rooms.Conversation(id.Value);
        if (!socket.Rooms.Contains(room))
            return Conversation.NotFound;

        if (IsRepeated(socket, id.Value, name))
            return (object?)null;
        var typing = new Typing(id, caller.UserId, PartyNames.Of(caller.Type), caller.Name);
        var others = socket.To(room).Except(Rooms.User(caller.UserId)).Volatile;
        await others.EmitAsync(name, typing);
        await others.EmitAsync(otherName, typing);
        return (object?)null;
    }

    /// <summary>A client that says so with every key pressed is relayed once a second.</summary>
    private static bool IsRepeated(Socket socket, long conversation, string name)
    {
        var now = socket.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (socket.Data.TryGetValue(LastTypingKey, out var last) && last is TypingRelayed relayed
            && relayed.Conversation == conversation && relayed.Name == name && now - relayed.At < TypingPause)
        {
            return true;
        }

        socket.Data[LastTypingKey] = new TypingRelayed(conversation, name, now);
        return false;
    }

    private sealed record TypingRelayed(long Conversation, string Name, DateTimeOffset At);
}

public sealed record OneConversation([property: Needed] StringId? ConversationId);

public sealed record SendDirect(
    StringId? ConversationId,
    StringId? RecipientId,
    [property: AtMost(Message.MaxBodyLength)] string? Content,
    string? MessageType,
    StringId? ReplyToId,
    [property: AtMost(Message.MaxClientIdLength)] string? ClientMessageId);

public sealed record MarkMessagesRead([property: Needed] StringId? ConversationId, List<StringId>? MessageIds);

/// <param name="LastSeq">The newest number: a client that holds less catches up.</param>
public sealed record ConversationJoined(StringId ConversationId, bool Success, long LastSeq);

public sealed record Typing(StringId ConversationId, StringId UserId, string UserType, string UserName);

public sealed record MarkedRead(int UnreadCount, DateTimeOffset ReadAt);

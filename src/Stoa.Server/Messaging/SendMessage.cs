using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Posts one message into a conversation. Every door (threads, mailbox, direct, support, socket, webhook) ends here.</summary>
/// <remarks>
/// The way of a message: its own form, membership, the <see cref="WritingGate"/>, redaction, the record. Idempotent: a sender repeating a
/// <c>ClientMessageId</c> gets the first message back, and nobody is told twice.
/// Refusals: <c>conversation.not_found</c> (absent, or not the caller's: never told apart), <c>conversation.closed</c>,
/// <c>message.empty</c>, <c>message.too_long</c>, <c>message.too_many_attachments</c>, <c>attachment.invalid</c>, <c>attachment.not_found</c>, <c>attachment.taken</c>,
/// <c>message.parent_not_found</c>, <c>message.client_id_taken</c>, <c>messaging.banned</c>, <c>messaging.not_permitted</c>,
/// <c>recipient.not_found</c> (nobody is left to read it), <c>rate.messages</c>.
/// Returns only after the message is durable; <see cref="Core.Outbox.MessagesAppended"/> is in the outbox by then.
/// </remarks>
public sealed class SendMessage(StoaDb db, MessageLog log, WritingGate gate, Redaction redaction, ConversationCards cards,
    AttachedUploads uploads, TimeProvider clock)
{
    public static readonly Refusal ParentNotFound = Refusal.Invalid("message.parent_not_found", "The message replied to is not in this conversation");

    /// <summary>What it refuses at every door, for the API document; what is said of a conversation that is not there differs by door.</summary>
    internal static readonly Refusal[] Refusals =
    [
        Message.Empty, Message.TooLong, Message.TooManyAttachments, Attachment.Malformed, Upload.NotFound, Upload.Taken, ParentNotFound,
        Message.ClientIdTaken, .. WritingGate.Refusals,
    ];

    /// <param name="Body">Plain text, at most <see cref="Message.MaxBodyLength"/> UTF-16 code units; may be null beside attachments.</param>
    /// <param name="ReplyToId">A message of the same conversation.</param>
    /// <param name="ClientMessageId">Chosen by the client, unique per sender, at most <see cref="Message.MaxClientIdLength"/> characters.</param>
    public sealed record Content(
        string? Body,
        MessageType Type = MessageType.Text,
        long? ReplyToId = null,
        string? ClientMessageId = null,
        IReadOnlyList<Attachment>? Attachments = null);

    public async Task<Outcome<Appended>> Handle(long conversationId, Content content, Caller sender, CancellationToken cancellation)
    {
        if (WhyNot(content) is { } refusal)
            return refusal;
        return await SendingContext.FindAsync(db, conversationId, sender.UserId, cancellation) is { } context
            ? await WriteAsync(context, content, sender, cancellation)
            : Conversation.NotFound;
    }

    /// <summary>What is wrong with the content itself, before anything is looked up.</summary>
    internal static Refusal? WhyNot(Content content)
    {
        if (content.Body is { Length: > Message.MaxBodyLength })
            return Message.TooLong;
        if (content.Attachments is not { Count: > 0 } attachments)
            return string.IsNullOrWhiteSpace(content.Body) ? Message.Empty : null;
        return attachments.Count > Message.MaxAttachments
            ? Message.TooManyAttachments
            : attachments.Select(static a => a.WhyNot()).FirstOrDefault(static r => r is not null);
    }

    /// <summary>The rest of the way, once it is certain that the sender takes part.</summary>
    internal async Task<Outcome<Appended>> WriteAsync(SendingContext context, Content content, Caller sender, CancellationToken cancellation)
    {
        var asked = await gate.ToWriteAsync(context, sender, cancellation);
        if (asked.Refusal is { } no)
            return no;
        if (content.ReplyToId is { } parent && !await db.Messages.AnyAsync(m => m.Id == parent && m.ConversationId == context.ConversationId, cancellation))
            return ParentNotFound;
        var attached = await uploads.FindAsync(content.Attachments, sender, cancellation);
        if (attached.Refusal is { } missing)
            return missing;

        var now = clock.GetUtcNow();
        var clean = await redaction.ApplyAsync(asked.Value, context.ConversationId, content.Body ?? "", attached.Value, now, cancellation);
        var notice = context.Kind == ConversationKind.Thread ? await NoticeAsync(context.ConversationId, clean, cancellation) : null;
        return await log.Append(Draft(context, content, clean, notice, now), cancellation);
    }

    private async Task<NoticeDraft> NoticeAsync(long conversationId, Redacted clean, CancellationToken cancellation)
    {
        var card = await cards.FindAsync(conversationId, cancellation);
        return new NoticeDraft(NotificationTopics.NewMessage, NewMessageNotice.Write(card, clean));
    }

    private static MessageDraft Draft(SendingContext context, Content content, Redacted clean, NoticeDraft? notice, DateTimeOffset now)
    {
        var sender = clean.Permit.Writer;
        return new(context.ConversationId, sender.UserId, context.IsPair ? context.OtherId : null, content.Type, clean.Body,
            content.ReplyToId, content.ClientMessageId, now)
        {
            AuthorId = sender.AuthorId,
            Attachments = clean.Attachments,
            Original = clean.Original,
            Notice = notice,
        };
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Messaging;

/// <summary>Posts one message into a conversation. Every door (threads, mailbox, direct, support, socket, webhook) ends here.</summary>
/// <remarks>
/// The way of a message: its own form, membership, who may write to whom, rate, redaction, the record. Idempotent: a sender repeating a
/// <c>ClientMessageId</c> gets the first message back, and nobody is told twice.
/// Refusals: <c>conversation.not_found</c> (absent, or not the caller's: never told apart), <c>conversation.closed</c>,
/// <c>message.empty</c>, <c>message.too_long</c>, <c>message.too_many_attachments</c>, <c>attachment.invalid</c>, <c>attachment.not_found</c>, <c>attachment.taken</c>,
/// <c>message.parent_not_found</c>, <c>message.client_id_taken</c>, <c>messaging.banned</c>, <c>messaging.not_permitted</c>, <c>rate.messages</c>.
/// Returns only after the message is durable; <see cref="Core.Outbox.MessagesAppended"/> is in the outbox by then.
/// </remarks>
public sealed class SendMessage(StoaDb db, MessageLog log, WhoMayWrite permission, MessageRate rate, Redaction redaction, AttachedUploads uploads, TimeProvider clock)
{
    public static readonly Refusal ParentNotFound = Refusal.Invalid("message.parent_not_found", "The message replied to is not in this conversation");

    private static readonly HotQuery<Func<StoaDb, long, long, CancellationToken, Task<SendingContext?>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long sender, CancellationToken cancellation) => db.Participants
            .Where(p => p.ConversationId == conversation && p.UserId == sender && p.LeftAt == null)
            .Select(p => new SendingContext(
                p.ConversationId,
                p.Conversation!.Kind,
                p.Conversation.IsPair,
                p.Conversation.Participants.Where(o => o.UserId != sender).Select(o => (long?)o.UserId).FirstOrDefault(),
                p.Conversation.Participants.Where(o => o.UserId != sender).Select(o => o.Type).FirstOrDefault()))
            .SingleOrDefault()));

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
        return await Find.On(db)(db, conversationId, sender.UserId, cancellation) is { } context
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
        if (sender.MessagingBannedUntil > clock.GetUtcNow())
            return Restriction.MessagingBanned;
        if (await permission.WhyNotAsync(context, sender, cancellation) is { } forbidden)
            return forbidden;
        if (await rate.WhyNotAsync(sender, cancellation) is { } tooMany)
            return tooMany;
        if (content.ReplyToId is { } parent && !await db.Messages.AnyAsync(m => m.Id == parent && m.ConversationId == context.ConversationId, cancellation))
            return ParentNotFound;
        var attached = await uploads.FindAsync(content.Attachments, sender, cancellation);
        if (attached.Refusal is { } missing)
            return missing;

        var now = clock.GetUtcNow();
        var clean = await redaction.ApplyAsync(context.Kind, context.ConversationId, sender, content.Body ?? "", attached.Value, now, cancellation);
        return await log.Append(Draft(context, content, clean, sender, now), cancellation);
    }

    private static MessageDraft Draft(SendingContext context, Content content, Redacted clean, Caller sender, DateTimeOffset now) =>
        new(context.ConversationId, sender.UserId, context.IsPair ? context.OtherId : null, content.Type, clean.Body, content.ReplyToId, content.ClientMessageId, now)
        {
            AuthorId = sender.AuthorId,
            Attachments = clean.Attachments,
            Original = clean.Original,
            Notice = context.Kind == ConversationKind.Thread
                ? new NoticeDraft(NotificationTopics.NewMessage, NewMessageNotice.Write(context.ConversationId, sender, clean.Body))
                : null,
        };
}

/// <summary>What sending needs to know of a conversation the sender takes part in.</summary>
/// <param name="IsPair">See <see cref="Conversation.IsPair"/>.</param>
/// <param name="OtherId">Somebody else in it: in a pair, the recipient.</param>
/// <param name="OtherType">In which capacity that one takes part.</param>
public sealed record SendingContext(long ConversationId, ConversationKind Kind, bool IsPair, long? OtherId, PartyType OtherType);

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Posts one message into a conversation. Every door (mailbox, direct, socket) ends here.</summary>
/// <remarks>
/// Idempotent: a sender repeating a <c>ClientMessageId</c> gets the first message back, and nobody is told twice.
/// Refusals: <c>conversation.not_found</c> (absent, or not the caller's: never told apart), <c>conversation.closed</c>,
/// <c>message.empty</c>, <c>message.too_long</c>, <c>message.parent_not_found</c>, <c>message.client_id_taken</c>.
/// Returns only after the message is durable; <see cref="Core.Outbox.MessagesAppended"/> is in the outbox by then.
/// </remarks>
public sealed class SendMessage(StoaDb db, MessageLog log, TimeProvider clock)
{
    public static readonly Refusal ParentNotFound = Refusal.Invalid("message.parent_not_found", "The message replied to is not in this conversation");

    private static readonly HotQuery<Func<StoaDb, long, long, CancellationToken, Task<SendingContext?>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long sender, CancellationToken cancellation) => db.Participants
            .Where(p => p.ConversationId == conversation && p.UserId == sender && p.LeftAt == null)
            .Select(p => new SendingContext(
                p.ConversationId,
                p.Conversation!.Kind,
                p.Conversation.Participants.Where(o => o.UserId != sender).Select(o => (long?)o.UserId).FirstOrDefault()))
            .SingleOrDefault()));

    /// <param name="Body">Plain text, at most <see cref="Message.MaxBodyLength"/> UTF-16 code units.</param>
    /// <param name="ReplyToId">A message of the same conversation.</param>
    /// <param name="ClientMessageId">Chosen by the client, unique per sender, at most <see cref="Message.MaxClientIdLength"/> characters.</param>
    public sealed record Content(string? Body, MessageType Type = MessageType.Text, long? ReplyToId = null, string? ClientMessageId = null);

    public async Task<Outcome<Appended>> Handle(long conversationId, Content content, Caller sender, CancellationToken cancellation)
    {
        if (WhyNot(content) is { } refusal)
            return refusal;
        return await Find.On(db)(db, conversationId, sender.UserId, cancellation) is { } context
            ? await WriteAsync(context, content, sender, cancellation)
            : Conversation.NotFound;
    }

    /// <summary>What is wrong with the content itself, before anything is looked up.</summary>
    internal static Refusal? WhyNot(Content content) =>
        string.IsNullOrWhiteSpace(content.Body) ? Message.Empty : content.Body.Length > Message.MaxBodyLength ? Message.TooLong : null;

    /// <summary>The rest of the way, once it is certain that the sender takes part.</summary>
    internal async Task<Outcome<Appended>> WriteAsync(SendingContext context, Content content, Caller sender, CancellationToken cancellation)
    {
        if (content.ReplyToId is { } parent && !await db.Messages.AnyAsync(m => m.Id == parent && m.ConversationId == context.ConversationId, cancellation))
            return ParentNotFound;

        var recipient = context.Kind == ConversationKind.Direct ? context.OtherId : null;
        var draft = new MessageDraft(
            context.ConversationId, sender.UserId, recipient, content.Type, content.Body!, content.ReplyToId, content.ClientMessageId, clock.GetUtcNow());
        return await log.Append(draft, cancellation);
    }
}

/// <summary>What sending needs to know of a conversation the sender takes part in.</summary>
/// <param name="OtherId">Somebody else in it: in a conversation of two, the recipient.</param>
internal sealed record SendingContext(long ConversationId, ConversationKind Kind, long? OtherId);

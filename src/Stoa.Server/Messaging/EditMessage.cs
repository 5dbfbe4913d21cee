using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Changes the body of a message, by its sender.</summary>
/// <remarks>
/// Without a new body nothing changes. An edit is read by others as a message is, so it is asked what a message is asked, and counts as
/// one. Refusals: <c>message.not_found</c>, <c>message.not_sender</c>, <c>message.empty</c>, <c>message.too_long</c>, and those of <see
/// cref="WritingGate.ToWriteAsync"/>. An edit that meets a deletion loses: the erased body does not come back. Announced as <see cref="MessageEdited"/>.
/// </remarks>
public sealed class EditMessage(StoaDb db, OutboxWriter outbox, OwnMessage own, WritingGate gate, Redaction redaction, TimeProvider clock)
{
    public static readonly Refusal NotSender = Refusal.Forbidden("message.not_sender", "Only the sender can update this message");

    public async Task<Outcome<MailboxEntry>> Handle(long id, string? body, Caller caller, CancellationToken cancellation)
    {
        var found = await own.FindAsync(id, caller, cancellation);
        if (found.Refusal is { } refusal)
            return ReferenceEquals(refusal, OwnMessage.NotYours) ? NotSender : refusal;
        var message = found.Value;
        if (message.SenderId != caller.UserId)
            return NotSender;
        if (body is null)
            return await own.EntryAsync(message, cancellation);
        if (SendMessage.WhyNot(new(body)) is { } wrong)
            return wrong;

        var now = clock.GetUtcNow().Rounded();
        if (await SendingContext.FindAsync(db, message.ConversationId, caller.UserId, cancellation) is not { } context)
            return Conversation.NotFound;
        var asked = await gate.ToWriteAsync(context, caller, cancellation);
        if (asked.Refusal is { } no)
            return no;
        var clean = await redaction.ApplyAsync(asked.Value, message, body, now, cancellation);
        var changed = await outbox.WriteAsync(() => ChangeAsync(message, clean, now, cancellation), cancellation);
        if (changed == 0)
            return Message.NotFound;
        message.Body = clean.Body;
        message.EditedAt = now;
        return await own.EntryAsync(message, cancellation);
    }

    private async Task<int> ChangeAsync(Message message, Redacted clean, DateTimeOffset now, CancellationToken cancellation)
    {
        var id = message.Id;
        var isRedacted = clean.Original is not null;
        var rows = await db.Messages.Where(m => m.Id == id && m.ErasedAt == null && !m.HiddenFromSender
                && db.Conversations.Any(c => c.Id == m.ConversationId && c.ClosedAt == null))
            .ExecuteUpdateAsync(
                m => m.SetProperty(x => x.Body, clean.Body).SetProperty(x => x.EditedAt, now).SetProperty(x => x.IsRedacted, x => x.IsRedacted || isRedacted), cancellation);
        if (rows == 0)
            return rows;
        if (clean.Original is { } words)
        {
            await db.MessageOriginals.Where(o => o.MessageId == id).ExecuteDeleteAsync(cancellation);
            db.MessageOriginals.Add(new MessageOriginal
            {
                MessageId = id, Body = words.Body, Attachments = words.Attachments, Hits = words.Hits, KeepUntil = words.KeepUntil,
            });
            await db.SaveChangesAsync(cancellation);
        }

        await MessageSearch.RefreshAsync(db, id, cancellation);
        outbox.Tell(new MessageEdited(message.ConversationId, message.Seq));
        return rows;
    }
}

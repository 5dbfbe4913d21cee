using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Deletes a message for the caller's side; when both sides have, its body is erased with its files, and only its number stays.</summary>
/// <remarks>
/// Refusals: <c>message.not_found</c> (also the second time), <c>message.not_yours</c>. What the recipient deletes unread no longer counts
/// as unread. Announced as <see cref="MessageErased"/> once both sides have; what one side deletes is nobody else's news.
/// </remarks>
public sealed class DeleteMessage(StoaDb db, OutboxWriter outbox, OwnMessage own, MarkRead mark, TimeProvider clock, ILogger<MessagesLog> log)
{
    public async Task<Outcome<Done>> Handle(long id, Caller caller, CancellationToken cancellation)
    {
        var found = await own.FindAsync(id, caller, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;
        var message = found.Value;
        if (message.RecipientId == caller.UserId && message.ReadAt is null)
            await mark.Handle(new(message.ConversationId, [id]), caller, cancellation);

        var hidden = await outbox.WriteAsync(() => HideAsync(message, message.SenderId == caller.UserId, cancellation), cancellation);
        if (!hidden)
            return Message.NotFound;
        log.Deleted(id, caller.UserId);
        return default(Done);
    }

    private async Task<bool> HideAsync(Message message, bool fromSender, CancellationToken cancellation)
    {
        var id = message.Id;
        var changed = fromSender
            ? await db.Messages.Where(m => m.Id == id && !m.HiddenFromSender)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.HiddenFromSender, true), cancellation)
            : await db.Messages.Where(m => m.Id == id && !m.HiddenFromRecipient)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.HiddenFromRecipient, true), cancellation);
        var now = clock.GetUtcNow();
        var erased = await db.Messages.Where(m => m.Id == id && m.ErasedAt == null && m.HiddenFromSender && m.HiddenFromRecipient)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.ErasedAt, now).SetProperty(x => x.Body, "").SetProperty(x => x.Attachments, (IReadOnlyList<Attachment>?)null), cancellation);
        await db.MessageOriginals.Where(o => o.MessageId == id && db.Messages.Any(m => m.Id == id && m.ErasedAt != null)).ExecuteDeleteAsync(cancellation);
        await db.Uploads.Where(u => u.ConversationId == message.ConversationId && u.MessageSeq == message.Seq && db.Messages.Any(m => m.Id == id && m.ErasedAt != null))
            .ExecuteUpdateAsync(u => u.SetProperty(x => x.ErasedAt, now), cancellation);
        await MessageSearch.RefreshAsync(db, id, cancellation);
        if (erased > 0)
            outbox.Tell(new MessageErased(message.ConversationId, message.Seq));
        return changed > 0;
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Changes the body of a message, by its sender.</summary>
/// <remarks>
/// Without a new body nothing changes. Refusals: <c>message.not_found</c>, <c>message.not_sender</c>, <c>message.empty</c>,
/// <c>message.too_long</c>. An edit that meets a deletion loses: the erased body does not come back.
/// </remarks>
public sealed class EditMessage(StoaDb db, OwnMessage own, TimeProvider clock)
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
        var changed = await db.WriteAsync(async () =>
        {
            var rows = await db.Messages.Where(m => m.Id == id && m.ErasedAt == null && !m.HiddenFromSender)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.Body, body).SetProperty(x => x.EditedAt, now), cancellation);
            await MessageSearch.RefreshAsync(db, id, cancellation);
            return rows;
        }, cancellation);
        if (changed == 0)
            return Message.NotFound;
        message.Body = body;
        message.EditedAt = now;
        return await own.EntryAsync(message, cancellation);
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;

namespace Stoa.Server.Moderation;

/// <summary>A superuser's answer to a ticket, with which its status may change (S1-50, S1-51).</summary>
/// <remarks>
/// Who resolved it and when stands exactly while it is resolved: reopening takes it away, a later comment leaves it, resolving what is
/// resolved is refused, so that nobody's name is overwritten. Refusals: <c>report.not_found</c>, <c>report.resolved</c>.
/// </remarks>
public sealed class AnswerTicket(StoaDb db, ListTickets list, TimeProvider clock, ILogger<ReportsLog> log)
{
    public static readonly Refusal AlreadyResolved = Refusal.Conflict("report.resolved", "The report is resolved already");

    /// <param name="comment">Null: the one that is there stays.</param>
    /// <param name="status">Null: stays.</param>
    public async Task<Outcome<TicketEntry>> CommentAsync(long id, string? comment, TicketStatus? status, Caller superuser, CancellationToken cancellation)
    {
        var changed = await ChangeAsync(id, superuser, ticket =>
        {
            ticket.Comment = comment ?? ticket.Comment;
            if (status is { } next && next != ticket.Status)
                Move(ticket, next, superuser);
            return null;
        }, cancellation);
        if (changed.Refusal is null)
            log.Commented(id, superuser.UserId, changed.Value.Ticket.Status.ToString());
        return changed;
    }

    public async Task<Outcome<TicketEntry>> ResolveAsync(long id, string? comment, Caller superuser, CancellationToken cancellation)
    {
        var changed = await ChangeAsync(id, superuser, ticket =>
        {
            if (ticket.Status == TicketStatus.Resolved)
                return AlreadyResolved;
            ticket.Comment = comment ?? ticket.Comment;
            Move(ticket, TicketStatus.Resolved, superuser);
            return null;
        }, cancellation);
        if (changed.Refusal is null)
            log.Resolved(id, superuser.UserId);
        return changed;
    }

    private void Move(Ticket ticket, TicketStatus next, Caller superuser)
    {
        ticket.Status = next;
        var isResolved = next == TicketStatus.Resolved;
        ticket.ResolvedAt = isResolved ? clock.GetUtcNow().Rounded() : null;
        ticket.ResolvedBy = isResolved ? superuser.UserId : null;
    }

    private async Task<Outcome<TicketEntry>> ChangeAsync(long id, Caller superuser, Func<Ticket, Refusal?> change, CancellationToken cancellation)
    {
        var refusal = await db.WriteAsync(async () =>
        {
            // Two superusers at once: the second sees what the first did.
            await db.SerializeAsync($"ticket:{id}", cancellation);
            if (await db.Tickets.SingleOrDefaultAsync(t => t.Id == id, cancellation) is not { } ticket)
                return Ticket.NotFound;
            if (change(ticket) is { } no)
                return no;
            ticket.UpdatedAt = clock.GetUtcNow().Rounded();
            await db.SaveChangesAsync(cancellation);
            return null;
        }, cancellation);
        return refusal ?? await list.Handle(id, superuser, cancellation);
    }
}

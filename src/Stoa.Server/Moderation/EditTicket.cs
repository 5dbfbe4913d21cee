using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;

namespace Stoa.Server.Moderation;

/// <summary>Changes a ticket's words, by its reporter and only while it is open (S1-48).</summary>
/// <remarks>Refusals: <c>report.not_found</c>, <c>report.not_yours</c>, <c>report.not_open</c> (also when somebody takes it up at that moment).</remarks>
public sealed class EditTicket(StoaDb db, ListTickets list, TimeProvider clock)
{
    public static readonly Refusal NotOpen = Refusal.Invalid("report.not_open", "Cannot update a report that is not open");

    /// <param name="title">Null: stays.</param>
    /// <param name="content">Null: stays.</param>
    public async Task<Outcome<TicketEntry>> Handle(long id, string? title, string? content, Caller reporter, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var changed = await db.WriteAsync(
            () => db.Tickets.Where(t => t.Id == id && t.ReporterId == reporter.UserId && t.Status == TicketStatus.Open)
                .ExecuteUpdateAsync(
                    t => t.SetProperty(x => x.Title, x => title ?? x.Title).SetProperty(x => x.Content, x => content ?? x.Content).SetProperty(x => x.UpdatedAt, now),
                    cancellation),
            cancellation);
        var found = await list.Handle(id, reporter, cancellation);
        if (found.Refusal is not null || changed == 1)
            return found;
        return found.Value.Ticket.ReporterId == reporter.UserId ? NotOpen : ListTickets.NotYours;
    }
}

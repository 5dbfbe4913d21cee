using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Moderation;

/// <summary>
/// Writes to the operator: a title and some words (S1-45). Also who may not write to others may do so. Refusal: <c>rate.openings</c>.
/// </summary>
public sealed class OpenTicket(StoaDb db, OpeningRate rate, TimeProvider clock, ILogger<ReportsLog> log)
{
    /// <param name="title">1 to <see cref="Ticket.MaxTitleLength"/> characters.</param>
    /// <param name="content">1 to <see cref="Ticket.MaxContentLength"/> characters.</param>
    public async Task<Outcome<TicketEntry>> Handle(string title, string content, Caller reporter, CancellationToken cancellation)
    {
        if (rate.WhyNot(reporter) is { } tooMany)
            return tooMany;
        var now = clock.GetUtcNow().Rounded();
        var ticket = new Ticket { ReporterId = reporter.UserId, Title = title.Trim(), Content = content, CreatedAt = now, UpdatedAt = now };
        db.Tickets.Add(ticket);
        await db.SaveChangesAsync(cancellation);
        log.Opened(ticket.Id, reporter.UserId);
        return new TicketEntry(ticket, reporter.Username, null);
    }
}

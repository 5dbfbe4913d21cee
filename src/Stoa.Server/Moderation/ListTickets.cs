using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Moderation;

/// <summary>A ticket with the names of who wrote and who resolved it.</summary>
public sealed record TicketEntry(Ticket Ticket, string? ReporterName, string? ResolverName);

/// <summary>Tickets, newest first: the caller's own, or all for superusers; or one of them.</summary>
public sealed class ListTickets(StoaDb db, SecurityTrail trail)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 200;

    public static readonly Refusal NotYours = Refusal.Forbidden("report.not_yours", "Not authorized for this report");

    /// <param name="Everybody">Not only the caller's; the door has asked whether the caller may.</param>
    /// <param name="Skip">Clamped to 0 and above.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(bool Everybody, TicketStatus? Status, int? Skip, int? Limit);

    public async Task<Outcome<IReadOnlyList<TicketEntry>>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var tickets = db.Tickets.AsNoTracking();
        if (!request.Everybody)
            tickets = tickets.Where(t => t.ReporterId == caller.UserId);
        if (request.Status is { } status)
            tickets = tickets.Where(t => t.Status == status);
        return await WithNames(tickets.OrderByDescending(t => t.Id).Skip(Math.Max(0, request.Skip ?? 0)).Take(Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit)))
            .ToListAsync(cancellation);
    }

    /// <summary>One, for its reporter and for superusers. Refusals: <c>report.not_found</c>, <c>report.not_yours</c> (the contract tells them apart).</summary>
    public async Task<Outcome<TicketEntry>> Handle(long id, Caller caller, CancellationToken cancellation)
    {
        if (await WithNames(db.Tickets.AsNoTracking().Where(t => t.Id == id)).SingleOrDefaultAsync(cancellation) is not { } entry)
            return Ticket.NotFound;
        if (entry.Ticket.ReporterId == caller.UserId)
            return entry;
        if (!caller.IsSuperuser)
            return NotYours;
        await trail.NoteOnceAsync(SecurityEvents.ReadReports, caller.UserId, "ticket", id, cancellation);
        return entry;
    }

    private IQueryable<TicketEntry> WithNames(IQueryable<Ticket> tickets) => tickets.Select(t => new TicketEntry(
        t,
        db.Users.Where(u => u.Id == t.ReporterId).Select(u => u.Username).FirstOrDefault(),
        db.Users.Where(u => u.Id == t.ResolvedBy).Select(u => u.Username).FirstOrDefault()));
}

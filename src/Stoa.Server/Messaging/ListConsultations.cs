using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>The caller's consultations, asked for or received, newest first.</summary>
public sealed class ListConsultations(StoaDb db)
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    /// <param name="State">Only in this state; null: in any.</param>
    /// <param name="Page">From 1.</param>
    public sealed record Request(ConsultationState? State, int? Page, int? Limit);

    public sealed record Entry(Consultation Consultation, string UserName, string AstrologerName);

    public sealed record Response(IReadOnlyList<Entry> Consultations, int Total, int Page, int Limit);

    public async Task<Outcome<Response>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var page = Math.Clamp(request.Page ?? 1, 1, int.MaxValue / MaxLimit);
        var mine = db.Consultations.AsNoTracking().Where(c => c.UserId == caller.UserId || c.AstrologerId == caller.UserId);
        if (request.State is { } state)
            mine = mine.Where(c => c.State == state);
        var total = await mine.CountAsync(cancellation);
        var rows = await mine.OrderByDescending(c => c.Id).Skip((page - 1) * limit).Take(limit)
            .Select(c => new Entry(
                c,
                db.Users.Where(u => u.Id == c.UserId).Select(u => u.FullName ?? u.Username).First(),
                db.Users.Where(u => u.Id == c.AstrologerId).Select(u => u.FullName ?? u.Username).First()))
            .ToListAsync(cancellation);
        return new Response(rows, total, page, limit);
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>The caller's consultations, asked for or received, newest first.</summary>
public sealed class ListConsultations(StoaDb db, PolicyInForce inForce)
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
            .Join(db.Users, c => c.UserId, u => u.Id, (c, u) => new { Consultation = c, User = u })
            .Join(db.Users, x => x.Consultation.AstrologerId, u => u.Id, (x, u) => new { x.Consultation, x.User, Astrologer = u })
            .OrderByDescending(x => x.Consultation.Id)
            .Select(x => new Entry(
                x.Consultation,
                User.ShownName(x.User.Username, x.User.FullName, x.User.Profile != null && x.User.Profile.IsPrivate),
                User.ShownName(x.Astrologer.Username, x.Astrologer.FullName, x.Astrologer.Profile != null
                    && x.Astrologer.Profile.IsPrivate)))
            .ToListAsync(cancellation);
        var policy = await inForce.FindAsync(cancellation);
        rows = rows.ConvertAll(e => e with
        {
            UserName = policy.ShownName(ConversationKind.Direct, PartyType.User, e.UserName),
            AstrologerName = policy.ShownName(ConversationKind.Direct, PartyType.Astrologer, e.AstrologerName),
        });
        return new Response(rows, total, page, limit);
    }
}

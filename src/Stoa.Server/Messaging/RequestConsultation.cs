using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>A user asks an astrologer for a consultation; asking again while one is open answers with that one (contract E.9.13).</summary>
/// <remarks>
/// Refusals: <c>astrologer.not_found</c>, <c>consultation.by_user</c> (astrologers and administrators do not ask), and those of <see
/// cref="WritingGate.ToConsultAsync"/>.
/// </remarks>
public sealed class RequestConsultation(StoaDb db, WritingGate gate, TimeProvider clock)
{
    public static readonly Refusal AstrologerNotFound = Refusal.NotFound("astrologer.not_found", "Astrologer not found");
    public static readonly Refusal ByUser = Refusal.Forbidden("consultation.by_user", "A consultation is asked for by a user");

    public async Task<Outcome<Consultation>> Handle(long astrologerId, Caller user, CancellationToken cancellation)
    {
        if (user.Type != PartyType.User)
            return ByUser;
        if (await PartyTypes.OfAsync(db, astrologerId, cancellation) != PartyType.Astrologer)
            return AstrologerNotFound;

        var key = Consultation.KeyOf(user.UserId, astrologerId);
        if (await FindAsync(key, cancellation) is { } open)
            return open;
        if ((await gate.ToConsultAsync(user, cancellation)).Refusal is { } refusal)
            return refusal;
        var now = clock.GetUtcNow();
        var asked = new Consultation { UserId = user.UserId, AstrologerId = astrologerId, OpenKey = key, CreatedAt = now, UpdatedAt = now };
        db.Consultations.Add(asked);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return asked;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return (await FindAsync(key, cancellation))!;
        }
    }

    private Task<Consultation?> FindAsync(string key, CancellationToken cancellation) =>
        db.Consultations.AsNoTracking().SingleOrDefaultAsync(c => c.OpenKey == key, cancellation);
}

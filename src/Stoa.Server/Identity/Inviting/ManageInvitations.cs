using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Inviting;

/// <summary>Makes, lists and revokes invitations, for administrators; making and revoking are audited.</summary>
/// <remarks>A code is shown once, when it is made; kept is its hash. Refusal: <c>invitation.not_found</c>.</remarks>
public sealed class ManageInvitations(StoaDb db, AuditTrail audit, TimeProvider clock)
{
    public const int MaxPage = 200;
    public const int DefaultPage = 50;
    public static readonly Refusal NotFound = Refusal.NotFound("invitation.not_found", "Invitation not found");

    /// <summary>About 131 random bits, without letters that look like digits.</summary>
    private const int CodeLength = 26;
    private const string Alphabet = "23456789abcdefghjkmnpqrstuvwxyz";

    public readonly record struct Made(Invitation Invitation, string Code);

    /// <param name="uses">How many accounts may be made with it, 1 to <see cref="Invitation.MaxUses"/>.</param>
    /// <param name="lifetime">From now.</param>
    public async Task<Outcome<Made>> MakeAsync(string? note, int uses, TimeSpan lifetime, Caller actor, CancellationToken cancellation)
    {
        var (code, now) = (RandomNumberGenerator.GetString(Alphabet, CodeLength), clock.GetUtcNow());
        var invitation = new Invitation
        {
            CodeHash = Invitations.HashOf(code),
            Note = string.IsNullOrWhiteSpace(note) ? null : note.Trim(),
            CreatedById = actor.UserId,
            UsesLeft = uses,
            ExpiresAt = now + lifetime,
            CreatedAt = now,
        };
        await db.WriteAsync(async () =>
        {
            db.Invitations.Add(invitation);
            await db.SaveChangesAsync(cancellation);
            audit.Note(actor, "invitation.created", "invitation", invitation.Id, after: uses.ToString(CultureInfo.InvariantCulture));
            return await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new Made(invitation, code);
    }

    /// <summary>Newest first.</summary>
    /// <param name="before">The id after which the page begins; null: the newest.</param>
    /// <param name="limit">Clamped to 1 … <see cref="MaxPage"/>.</param>
    public async Task<Outcome<List<Invitation>>> ListAsync(long? before, int? limit, CancellationToken cancellation) =>
        await db.Invitations.AsNoTracking().Where(i => before == null || i.Id < before)
            .OrderByDescending(i => i.Id).Take(Math.Clamp(limit ?? DefaultPage, 1, MaxPage)).ToListAsync(cancellation);

    /// <summary>Nobody makes an account with it any more; those who did stay.</summary>
    public async Task<Outcome<Done>> RevokeAsync(long id, Caller actor, CancellationToken cancellation)
    {
        var gone = await db.WriteAsync(async () =>
        {
            var count = await db.Invitations.Where(i => i.Id == id).ExecuteDeleteAsync(cancellation);
            if (count > 0)
                audit.Note(actor, "invitation.revoked", "invitation", id);
            await db.SaveChangesAsync(cancellation);
            return count;
        }, cancellation);
        return gone == 0 ? NotFound : default(Done);
    }
}

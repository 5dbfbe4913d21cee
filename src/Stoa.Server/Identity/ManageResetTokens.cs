using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>What an administrator sees and does of password resets (S2-42). No token can be told from it: the record has none.</summary>
public sealed class ManageResetTokens(StoaDb db, AuditTrail audit, TimeProvider clock)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <param name="Fingerprint">The beginning of the stored hash, to know a row again.</param>
    public sealed record Row(
        long Id, long UserId, string Username, string Email, string Fingerprint, DateTimeOffset ExpiresAt, bool Used, DateTimeOffset? UsedAt, DateTimeOffset CreatedAt);

    public sealed record Response(IReadOnlyList<Row> Rows, int Total);

    /// <summary>Newest first.</summary>
    /// <param name="limit">Clamped to 1 … <see cref="MaxLimit"/>.</param>
    /// <param name="offset">Clamped to 0 and above.</param>
    public async Task<Outcome<Response>> ListAsync(int? limit, int? offset, CancellationToken cancellation)
    {
        var rows = await db.PasswordResets.AsNoTracking().OrderByDescending(r => r.Id)
            .Skip(Math.Max(0, offset ?? 0)).Take(Math.Clamp(limit ?? DefaultLimit, 1, MaxLimit))
            .Select(r => new Row(r.Id, r.UserId, r.User!.Username, r.Email, r.TokenHash.Substring(0, 8), r.ExpiresAt, r.IsUsed, r.UsedAt, r.CreatedAt))
            .ToListAsync(cancellation);
        return new Response(rows, await db.PasswordResets.CountAsync(cancellation));
    }

    /// <summary>Removes those past their time, in one statement; returns how many. Audited.</summary>
    public async Task<Outcome<int>> CleanUpAsync(Caller actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        return await db.WriteAsync(async () =>
        {
            var removed = await db.PasswordResets.Where(r => r.ExpiresAt <= now).ExecuteDeleteAsync(cancellation);
            audit.Note(actor, "password_resets.cleaned", "password_reset", 0, after: $"{removed} removed");
            await db.SaveChangesAsync(cancellation);
            return removed;
        }, cancellation);
    }
}

using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Single-use codes for the day the authenticator is lost: ten of 50 random bits, shown once, kept as keyed hashes.</summary>
public sealed class RecoveryCodes(StoaDb db, Sealing sealing, TimeProvider clock)
{
    public const int Count = 10;
    private const string Purpose = "recovery codes";
    private const int HalfLength = 5;

    // Without letters that look like digits.
    private const string Alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

    /// <summary>Makes a new set in the place of the old one; saves. Call within a transaction.</summary>
    public async Task<IReadOnlyList<string>> RenewAsync(long userId, CancellationToken cancellation)
    {
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
        var codes = Enumerable.Range(0, Count).Select(static _ => $"{RandomNumberGenerator.GetString(Alphabet, HalfLength)}-{RandomNumberGenerator.GetString(Alphabet, HalfLength)}").ToList();
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { UserId = userId, CodeHash = sealing.KeptHash(Purpose, Normal(userId, code)) }));
        await db.SaveChangesAsync(cancellation);
        return codes;
    }

    /// <summary>Uses a code up; of many at once one gets true.</summary>
    public async Task<bool> SpendAsync(long userId, string code, CancellationToken cancellation)
    {
        var (hashes, now) = (sealing.KeptHashes(Purpose, Normal(userId, code)), clock.GetUtcNow());
        return await db.RecoveryCodes.Where(c => c.UserId == userId && hashes.Contains(c.CodeHash) && c.UsedAt == null)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.UsedAt, now), cancellation) == 1;
    }

    private static string Normal(long userId, string code) =>
        $"{userId}:{TypedDigits.Code(code).ToUpperInvariant()}";
}

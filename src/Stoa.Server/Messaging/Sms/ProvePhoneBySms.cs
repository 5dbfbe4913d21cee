using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Takes an SMS as the proof of the number it came from, when it carries the code that an account was shown for this number (contract E.9.27).</summary>
/// <remarks>Each code that is looked at counts as a try of that account's proof, which has five.</remarks>
public sealed partial class ProvePhoneBySms(StoaDb db, PhoneBinding binding, PhoneCodes codes, SecurityTrail trail, TimeProvider clock)
{
    private const int MaxPending = 20;

    /// <returns>The account that has proved its number by it; null: it proves nothing.</returns>
    public async Task<long?> Handle(string from, string text, CancellationToken cancellation)
    {
        if (PhoneNumber.Normalize(from) is not { } number || CodeIn().Match(TypedDigits.Ascii(text)) is not { Success: true, Value: var code })
            return null;
        var now = clock.GetUtcNow();
        var pending = await db.PhoneVerifications.AsNoTracking().Where(v => v.Number == number && v.ExpiresAt > now).OrderBy(v => v.UserId).Take(MaxPending)
            .Select(v => v.UserId).ToListAsync(cancellation);
        foreach (var account in pending)
        {
            if (await binding.AttemptAsync(account, cancellation) is { } one && one.Number == number && codes.IsShown(one, code) && await ProveAsync(one, cancellation))
                return account;
        }

        return null;
    }

    private Task<bool> ProveAsync(PhoneVerification one, CancellationToken cancellation) => db.WriteAsync(async () =>
    {
        if (!await binding.ProveAsync(one, cancellation))
            return false;
        trail.Note(SecurityEvents.PhoneProved, one.UserId, one.UserId);
        await db.SaveChangesAsync(cancellation);
        return true;
    }, cancellation);

    // Six digits, also in two groups, and no part of a longer number.
    [GeneratedRegex(@"(?<![0-9])[0-9]{3}[ -]?[0-9]{3}(?![0-9])")]
    private static partial Regex CodeIn();
}

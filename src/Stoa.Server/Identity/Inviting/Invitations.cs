using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Inviting;

/// <summary>Whether somebody may make an account for himself, by the setting <c>Accounts:Registration</c>; and the taking of an invitation's use.</summary>
public sealed class Invitations(StoaDb db, StoaSettings settings, TimeProvider clock)
{
    public static readonly Refusal Closed = Refusal.Forbidden("auth.registration_closed", "Accounts are made by the administrators here");

    /// <summary>Missing, unknown, used up, over and revoked are not told apart.</summary>
    public static readonly Refusal Needed = Refusal.Forbidden("auth.invitation_needed", "A valid invitation code is needed to make an account here");

    /// <summary>Before anything is looked up: null when a registration may be tried.</summary>
    public Refusal? WhyClosed(string? code) => settings.Accounts.Registration switch
    {
        RegistrationMode.Closed => Closed,
        RegistrationMode.Invitation when string.IsNullOrWhiteSpace(code) => Needed,
        _ => null,
    };

    /// <summary>Takes one use in the running transaction, by a conditional update: an invitation for one makes one account, however many try at once.</summary>
    /// <returns>Null when the account may be made.</returns>
    public async Task<Refusal?> TakeAsync(string? code, CancellationToken cancellation)
    {
        if (settings.Accounts.Registration != RegistrationMode.Invitation)
            return null;
        var (hash, now) = (HashOf(code!), clock.GetUtcNow());
        return await db.Invitations.Where(i => i.CodeHash == hash && i.UsesLeft > 0 && i.ExpiresAt > now)
            .ExecuteUpdateAsync(i => i.SetProperty(x => x.UsesLeft, x => x.UsesLeft - 1), cancellation) == 1 ? null : Needed;
    }

    internal static string HashOf(string code) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(code.Trim())));
}

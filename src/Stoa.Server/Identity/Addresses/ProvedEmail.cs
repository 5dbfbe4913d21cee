using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Whether an account's e-mail address is proved: until it is, nothing hangs on the account that its owner would not find there.</summary>
/// <remarks>
/// Anybody can register anybody's address. Whoever has the mailbox gets the account back by a new password; an authenticator or a passkey would have outlived
/// that. Refusal: <c>auth.email_unproved</c>.
/// </remarks>
public sealed class ProvedEmail(StoaDb db)
{
    public static readonly Refusal Unproved = Refusal.Forbidden(
        "auth.email_unproved", "Confirm your e-mail address first, with the link in the mail you got; POST /api/v1/users/me/verify-email sends another");

    /// <summary>Null when it is.</summary>
    public async Task<Refusal?> WhyNotAsync(long userId, CancellationToken cancellation) =>
        await db.Users.AnyAsync(u => u.Id == userId && u.EmailVerifiedAt != null, cancellation) ? null : Unproved;
}

using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity.Passkeys;

/// <summary>What the framework's passkey ceremony asks about accounts, answered from the record. It reads only: what came of a ceremony is written by our operations.</summary>
internal sealed class PasskeyStore(StoaDb db) : IUserPasskeyStore<User>
{
    public Task<string> GetUserIdAsync(User user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString(CultureInfo.InvariantCulture));

    public Task<string?> GetUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Username);

    public Task<User?> FindByIdAsync(string userId, CancellationToken cancellationToken) => long.TryParse(userId, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? db.Users.SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null, cancellationToken)
        : Task.FromResult<User?>(null);

    public Task<User?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) =>
        db.Users.SingleOrDefaultAsync(u => u.DeletedAt == null && db.Passkeys.Any(p => p.UserId == u.Id && p.CredentialId == credentialId), cancellationToken);

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) =>
        await db.Passkeys.AsNoTracking().SingleOrDefaultAsync(p => p.UserId == user.Id && p.CredentialId == credentialId, cancellationToken) is { } found ? Of(found) : null;

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(User user, CancellationToken cancellationToken) =>
        [.. (await db.Passkeys.AsNoTracking().Where(p => p.UserId == user.Id).OrderBy(p => p.Id).Take(Passkey.MaxPerAccount).ToListAsync(cancellationToken)).Select(Of)];

    public Task AddOrUpdatePasskeyAsync(User user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task RemovePasskeyAsync(User user, byte[] credentialId, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task SetUserNameAsync(User user, string? userName, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<string?> GetNormalizedUserNameAsync(User user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.UsernameKey);

    public Task SetNormalizedUserNameAsync(User user, string? normalizedName, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> CreateAsync(User user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> UpdateAsync(User user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<IdentityResult> DeleteAsync(User user, CancellationToken cancellationToken) => throw ReadsOnly();

    public Task<User?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) =>
        db.Users.SingleOrDefaultAsync(u => u.UsernameKey == normalizedUserName && u.DeletedAt == null, cancellationToken);

    public void Dispose()
    {
        // The context belongs to the request.
    }

    private static UserPasskeyInfo Of(Passkey p) => new(
        p.CredentialId, p.PublicKey, p.CreatedAt, (uint)p.SignCount, [.. p.Transports], p.IsUserVerified, p.IsBackupEligible, p.IsBackedUp, p.AttestationObject, p.ClientDataJson)
    {
        Name = p.Name,
    };

    private static NotSupportedException ReadsOnly() => new("Accounts are written by operations.");
}

using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>Tokens that carry a sign-in from its first step to its second: random, kept hashed, good for one purpose, five minutes and one success.</summary>
/// <remarks>
/// They stand in the record, so any node can take the second step and none takes it twice. One that was taken for an account cannot be spent once
/// what was proven for it counts no more (<see cref="User.CredentialsVersion"/>).
/// </remarks>
public sealed class Challenges(StoaDb db, AccountRights rights, TimeProvider clock)
{
    public const string SecondStep = "mfa";
    public const string PasskeyRegistration = "passkey.register";
    public const string PasskeySignIn = "passkey.sign_in";
    private const int TokenBytes = 32;

    public static readonly Refusal MfaRequired = Refusal.Unauthenticated("auth.mfa_required", "A second step is required: send the code of your authenticator app");

    /// <summary>A new token for whoever will show who he is with the second step.</summary>
    /// <param name="state">What the second step needs to know again.</param>
    public Task<string> IssueAsync(string purpose, string? state, CancellationToken cancellation) => AddAsync(purpose, null, null, state, cancellation);

    /// <summary>A new token for an account that has shown something already.</summary>
    /// <param name="proven">The <see cref="User.CredentialsVersion"/> it was shown under.</param>
    /// <param name="state">What the second step needs to know again.</param>
    public Task<string> IssueForAsync(string purpose, long userId, long proven, string? state, CancellationToken cancellation) =>
        AddAsync(purpose, userId, proven, state, cancellation);

    private async Task<string> AddAsync(string purpose, long? userId, long? proven, string? state, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        await db.WriteAsync(async () =>
        {
            // Those that were never used go when new ones come.
            await db.SignInChallenges.Where(c => c.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
            db.SignInChallenges.Add(new SignInChallenge
            {
                TokenHash = SessionTokens.HashOf(token),
                Purpose = purpose,
                UserId = userId,
                CredentialsVersion = proven,
                State = state,
                ExpiresAt = now + SignInChallenge.Lifetime,
            });
            return await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return token;
    }

    /// <summary>The refusal that asks for the second step, with the token for it.</summary>
    public async Task<Refusal> AskForSecondStepAsync(long userId, long proven, Device device, CancellationToken cancellation) => MfaRequired with
    {
        Details = new Dictionary<string, object>
        {
            ["mfa_required"] = true,
            ["mfa_token"] = await IssueForAsync(SecondStep, userId, proven, device.Surface.ToString(), cancellation),
            ["expires_in"] = (int)SignInChallenge.Lifetime.TotalSeconds,
        },
    };

    /// <summary>The challenge behind a token, as long as it may be attempted; counts nothing.</summary>
    public Task<SignInChallenge?> FindAsync(string token, string purpose, CancellationToken cancellation) =>
        Open(SessionTokens.HashOf(token), purpose).AsNoTracking().SingleOrDefaultAsync(cancellation);

    /// <summary>The challenge behind a token, with one more attempt counted; null when it is not there, not for this, too old, or tried too often.</summary>
    public async Task<SignInChallenge?> AttemptAsync(string token, string purpose, CancellationToken cancellation)
    {
        var hash = SessionTokens.HashOf(token);
        var open = Open(hash, purpose);

        // Looked at first: an invented token is no reason to write.
        if (!await open.AnyAsync(cancellation))
            return null;
        var counted = await db.WriteAsync(
            () => open.ExecuteUpdateAsync(c => c.SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation),
            cancellation);
        return counted == 0 ? null : await db.SignInChallenges.AsNoTracking().SingleOrDefaultAsync(c => c.TokenHash == hash, cancellation);
    }

    private IQueryable<SignInChallenge> Open(string hash, string purpose)
    {
        var now = clock.GetUtcNow();
        return db.SignInChallenges.Where(c => c.TokenHash == hash && c.Purpose == purpose && c.ExpiresAt > now && c.Attempts < SignInChallenge.MaxAttempts);
    }

    /// <summary>Uses a challenge up; of many at once one gets true, and none once it is void. Call within the transaction of what it allows.</summary>
    public async Task<bool> SpendAsync(SignInChallenge challenge, CancellationToken cancellation) =>
        await db.SignInChallenges.Where(c => c.Id == challenge.Id).ExecuteDeleteAsync(cancellation) == 1
        && (challenge is not { UserId: { } userId, CredentialsVersion: { } proven } || await rights.HoldAsync(userId, proven, cancellation));
}

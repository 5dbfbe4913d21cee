using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.TwoFactor;

/// <summary>The second step of a log-in: the token of the first and a code of the authenticator, or a recovery code.</summary>
/// <remarks>
/// Of many at once with one token, or with one code, one is let in. Wrong codes void the token after five, and make the account's next ones wait.
/// Refusals: <c>auth.mfa_invalid</c> (token unknown, used, too old, or the password has changed since), <c>mfa.code_wrong</c>,
/// <c>auth.paused</c>, <c>auth.disabled</c>, <c>auth.suspended</c>.
/// </remarks>
public sealed class CompleteLogIn(
    StoaDb db, Challenges challenges, SecondFactor factor, FailureLog failures, AccountRights rights, OpenSession opening, SecurityTrail trail)
{
    public static readonly Refusal Invalid = Refusal.Unauthenticated("auth.mfa_invalid", "This sign-in has expired, please start again");
    public static readonly Refusal Wrong = Refusal.Unauthenticated(ConfirmTotp.Wrong.Code, ConfirmTotp.Wrong.Text);

    public async Task<Outcome<SignedIn>> Handle(string token, string code, Device device, CancellationToken cancellation)
    {
        if (await challenges.FindAsync(token, Challenges.SecondStep, cancellation) is not { UserId: { } userId })
            return Invalid;
        var name = NameOf(userId);
        var permit = await failures.TakeAsync(name, passesPause: false, cancellation);
        if (permit.Refusal is { } paused)
            return paused;
        if (await challenges.AttemptAsync(token, Challenges.SecondStep, cancellation) is not { } challenge)
        {
            await failures.GiveBackAsync(permit.Value, cancellation);
            return Invalid;
        }

        var opened = await db.WriteAsync(() => OpenAsync(challenge, userId, code, device, cancellation), cancellation);
        if (opened.Refusal == Wrong)
        {
            trail.Log(SecurityEvents.SignInRefused, userId, "second step");
        }
        else if (opened.Refusal is null)
        {
            await failures.ForgetAsync(permit.Value, cancellation);
        }
        else
        {
            // The code was right; what else was refused is no guess.
            await failures.GiveBackAsync(permit.Value, cancellation);
        }

        return opened;
    }

    /// <summary>Under which name wrong codes of an account are counted.</summary>
    internal static string NameOf(long userId) => $"second step of {userId}";

    private async Task<Outcome<SignedIn>> OpenAsync(SignInChallenge challenge, long userId, string code, Device device, CancellationToken cancellation)
    {
        var proof = new Proof(challenge.CredentialsVersion ?? -1, IsComplete: true);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        if (await opening.WhyNotAsync(user, proof.CredentialsVersion, cancellation) is { } refusal)
            return InOurWords(refusal);

        // The account's row first, as everybody who changes what signs in does: two of them wait for each other and not across.
        if (!await rights.HoldAsync(userId, proof.CredentialsVersion, cancellation))
            return Invalid;
        if (!await factor.SpendAsync(userId, code, cancellation))
            return Wrong;
        if (!await challenges.SpendAsync(challenge, cancellation))
            return Invalid;
        var opened = await opening.Handle(user, proof, device with { Surface = Enum.Parse<Surface>(challenge.State!) }, cancellation);
        return opened.Refusal is { } changed ? InOurWords(changed) : opened;
    }

    private static Refusal InOurWords(Refusal refusal) => refusal == OpenSession.Outdated ? Invalid : refusal;
}

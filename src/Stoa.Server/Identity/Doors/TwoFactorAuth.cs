using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Doors;

/// <summary>The second step of signing in, and the authenticator behind it; at the root and under /api.</summary>
public static class TwoFactorAuth
{
    public static void MapTwoFactor(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Second step").WithMetadata(new UnprocessableWhenInvalid());
        auth.MapPost("/mfa", Complete).TakesCredentials().WithSummary("Finish a sign-in that answered mfa_required: with a code of the authenticator, or a recovery code")
            .Example("""{"mfa_token":"mF_9.B5f-4.1JqM","code":"123456"}""")
            .Refuses(CompleteLogIn.Invalid, CompleteLogIn.Wrong, FailureLog.Paused, LogIn.Disabled, Restriction.Suspended);
        var totp = auth.MapGroup("/totp").RequireAuthorization();
        totp.MapPost("", Enrol).WithSummary("A secret for an authenticator app; nothing changes before it is confirmed")
            .Example("""{"password":"correct horse"}""").Refuses(ProvedEmail.Unproved, EnrolTotp.Enrolled, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        totp.MapPost("/confirm", Confirm).WithSummary("Put the authenticator in use; answers the recovery codes, this once")
            .Example("""{"code":"123456"}""").Refuses(ConfirmTotp.Wrong, ProvedEmail.Unproved, FailureLog.Paused);
        totp.MapPost("/disable", Disable).WithSummary("Sign in without a second step again")
            .Example("""{"password":"correct horse"}""").Refuses(DisableTotp.NotEnrolled, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        totp.MapPost("/recovery-codes", Renew).WithSummary("New recovery codes in the place of the old ones")
            .Example("""{"password":"correct horse"}""").Refuses(DisableTotp.NotEnrolled, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        routes.MapDelete("/auth/users/{id:long}/totp", DisableFor).RequireAuthorization(Policies.Superuser).WithTags("Users")
            .WithSummary("Take the second step away from somebody who lost authenticator and recovery codes").Refuses(User.NotFound, DisableTotp.NotEnrolled);
    }

    private static async Task<Results<Ok<MfaSignIn>, ProblemHttpResult>> Complete(
        MfaBody body, HttpContext http, CompleteLogIn complete, CancellationToken cancellation) =>
        (await complete.Handle(body.MfaToken!, body.Code!, Auth.DeviceOf(http), cancellation)).ToOk(MfaSignIn.Of);

    private static async Task<Results<Ok<TotpSecret>, ProblemHttpResult>> Enrol(
        PasswordBody body, Caller caller, EnrolTotp enrol, CancellationToken cancellation) =>
        (await enrol.Handle(body.Password!, caller, cancellation)).ToOk(static e => new TotpSecret(e.Secret, e.Uri));

    private static async Task<Results<Ok<RecoveryCodeList>, ProblemHttpResult>> Confirm(
        CodeBody body, Caller caller, ConfirmTotp confirm, CancellationToken cancellation) =>
        (await confirm.Handle(body.Code!, caller, cancellation)).ToOk(static codes => new RecoveryCodeList(codes));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Disable(
        PasswordBody body, Caller caller, DisableTotp disable, CancellationToken cancellation) =>
        (await disable.Handle(body.Password!, caller, cancellation)).ToOk(static _ => new Said("The second step is off"));

    private static async Task<Results<Ok<RecoveryCodeList>, ProblemHttpResult>> Renew(
        PasswordBody body, Caller caller, RenewRecoveryCodes renew, CancellationToken cancellation) =>
        (await renew.Handle(body.Password!, caller, cancellation)).ToOk(static codes => new RecoveryCodeList(codes));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> DisableFor(long id, Caller actor, DisableTotp disable, CancellationToken cancellation) =>
        (await disable.HandleFor(actor, id, cancellation)).ToOk(static _ => new Said("The second step is off"));
}

public sealed record MfaBody([property: Needed, AtMost(100)] string? MfaToken, [property: Needed, AtMost(32)] string? Code);

public sealed record PasswordBody([property: Needed, AtMost(NewPasswordAttribute.MaximumLength)] string? Password);

public sealed record CodeBody([property: Needed, AtMost(32)] string? Code);

public sealed record TotpSecret(string Secret, string OtpauthUri);

public sealed record RecoveryCodeList(IReadOnlyList<string> RecoveryCodes);

/// <summary>Tokens under the names of every client.</summary>
public sealed record MfaSignIn(bool Success, string Message, string AccessToken, string Token, string RefreshToken, string TokenType, AccountView User)
{
    public static MfaSignIn Of(SignedIn s) => new(true, "Login successful", s.AccessToken, s.LongToken, s.RefreshToken, "bearer", AccountView.Of(s.User));
}

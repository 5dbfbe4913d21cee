using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;

namespace Stoa.Server.Identity.Doors;

/// <summary>S4's verification of e-mail addresses.</summary>
public static class EmailVerifications
{
    public static void MapEmailVerifications(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1/users").WithTags("Email verification").AddEndpointFilter(PasswordResets.NoStore);
        users.MapPost("/me/verify-email", Ask).RequireAuthorization().WithSummary("Ask for a mail with a link that proves the caller's address")
            .Refuses(VerifyEmail.AlreadyVerified, VerifyEmail.TooOften);
        users.MapPost("/verify-email/{token}", Confirm).TakesCredentials().WithSummary("Prove an address by the token from the mail; needs no sign-in").Refuses(VerifyEmail.Invalid);
    }

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Ask(Caller caller, VerifyEmail verify, CancellationToken cancellation) =>
        (await verify.AskAsync(caller, cancellation)).ToOk(static _ => new SaidSo("Verification email sent", true));

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Confirm(string token, VerifyEmail verify, CancellationToken cancellation) =>
        (await verify.ConfirmAsync(token, cancellation)).ToOk(static _ => new SaidSo("Email verified successfully", true));
}

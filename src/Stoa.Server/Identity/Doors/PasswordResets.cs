using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Doors;

/// <summary>Forgotten passwords: S2's routes, which S0 and S4 share, at the root and under /api.</summary>
public static class PasswordResets
{
    public static void MapPasswordResets(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Password reset").WithMetadata(new UnprocessableWhenInvalid()).AddEndpointFilter(NoStore);
        auth.MapPost("/forgot-password", Forgot).TakesCredentials().WithSummary("Ask for a mail with a link to a new password; the answer is the same for every address")
            .Example("""{"email":"ana@example.org"}""").Refuses(ForgotPassword.TooOften);
        auth.MapPost("/reset-password", Reset).TakesCredentials().WithSummary("Set a new password by the token from the mail; every session of the account ends")
            .Example($$"""{"token":"{{new string('x', 64)}}","new_password":"battery staple"}""")
            .Refuses([ResetPassword.Invalid, ResetTokenLimit.TooMany, PasswordHashing.Busy, .. PasswordRules.Refusals]);
        auth.MapGet("/validate-reset-token/{token}", Validate).TakesCredentials().WithSummary("Whether a reset token is good; it stays so")
            .Refuses(ResetPassword.Invalid, ResetTokenLimit.TooMany);
        auth.MapPost("/validate-reset-token/{token}", Validate).TakesCredentials().WithSummary("The same, never kept by a cache on the way")
            .Refuses(ResetPassword.Invalid, ResetTokenLimit.TooMany);
        auth.MapPost("/validate-reset-token", ValidateBody).TakesCredentials().WithSummary("The same with the token in the body, where no log on the way sees it")
            .Example($$"""{"token":"{{new string('x', 64)}}"}""").Refuses(ResetPassword.Invalid, ResetTokenLimit.TooMany);

        var admin = auth.MapGroup("/admin").RequireAuthorization(Policies.Admin);
        admin.MapGet("/password-reset-tokens", List).WithSummary("Password resets, newest first; no token is shown, because none is kept").Notes(SecurityEvents.ReadResets, "password_reset");
        admin.MapDelete("/cleanup-expired-tokens", CleanUp).WithSummary("Remove the resets whose time is over");
    }

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Forgot(
        ForgotPasswordBody body, HttpContext http, ForgotPassword forgot, CancellationToken cancellation) =>
        (await forgot.Handle(new(body.Email!, ClientNetwork.Of(http)), cancellation))
            .ToOk(static _ => new SaidSo("If the address belongs to an account, a mail with a reset link is on its way", true));

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Reset(
        ResetPasswordBody body, HttpContext http, ResetPassword reset, CancellationToken cancellation) =>
        (await reset.Handle(new(body.Token!, body.NewPassword!, ClientNetwork.Of(http)), cancellation)).ToOk(static _ => new SaidSo("Password has been reset successfully", true));

    private static async Task<Results<Ok<ResetTokenView>, ProblemHttpResult>> Validate(
        string token, HttpContext http, ReadResetToken read, CancellationToken cancellation) =>
        (await read.Handle(token, ClientNetwork.Of(http), cancellation)).ToOk(static good => new ResetTokenView(true, true, good.Email, good.ExpiresAt, true));

    private static Task<Results<Ok<ResetTokenView>, ProblemHttpResult>> ValidateBody(
        ResetTokenBody body, HttpContext http, ReadResetToken read, CancellationToken cancellation) => Validate(body.Token!, http, read, cancellation);

    private static async Task<Results<Ok<ResetTokens>, ProblemHttpResult>> List(
        ManageResetTokens manage, CancellationToken cancellation, int? limit = null, int? offset = null) =>
        (await manage.ListAsync(limit, offset, cancellation)).ToOk(ResetTokens.Of);

    private static async Task<Results<Ok<TokensRemoved>, ProblemHttpResult>> CleanUp(ManageResetTokens manage, Caller actor, CancellationToken cancellation) =>
        (await manage.CleanUpAsync(actor, cancellation)).ToOk(static count => new TokensRemoved(true, $"{count} expired tokens removed", count));

    /// <summary>Refusals too: an answer about a token belongs in no cache and no history.</summary>
    internal static ValueTask<object?> NoStore(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        context.HttpContext.Response.Headers.CacheControl = "no-store";
        return next(context);
    }
}

public sealed record ForgotPasswordBody([property: Needed, MailAddress] string? Email);

public sealed record ResetPasswordBody(
    [property: Needed, Between(32, 255)] string? Token,
    [property: Needed, Between(8, 128)] string? NewPassword);

public sealed record ResetTokenBody([property: Needed, AtMost(255)] string? Token);

/// <summary>A confirmation in words, with the flag S2's client reads.</summary>
public sealed record SaidSo(string Message, bool Success);

public sealed record ResetTokenView(bool Success, bool Valid, string Email, DateTimeOffset ExpiresAt, bool UserExists);

/// <param name="Token">Stars, and the beginning of the stored hash: the token itself is not kept.</param>
public sealed record ResetTokenRow(
    long Id, long UserId, string Username, string Email, string Token, DateTimeOffset ExpiresAt, bool Used, DateTimeOffset? UsedAt, DateTimeOffset CreatedAt);

/// <param name="Count">How many are in this answer; <paramref name="Total"/>: how many there are.</param>
public sealed record ResetTokens(bool Success, List<ResetTokenRow> Tokens, int Count, int Total)
{
    public static ResetTokens Of(ManageResetTokens.Response found) => new(
        true,
        [.. found.Rows.Select(static r => new ResetTokenRow(
            r.Id, r.UserId, r.Username, r.Email, $"******** ({r.Fingerprint})", r.ExpiresAt, r.Used, r.UsedAt, r.CreatedAt))],
        found.Rows.Count,
        found.Total);
}

public sealed record TokensRemoved(bool Success, string Message, int DeletedCount);

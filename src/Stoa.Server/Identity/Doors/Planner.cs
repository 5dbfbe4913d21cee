using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Doors;

/// <summary>The planner's own sign-up and sign-in under /api/v1: string ids, tokens that live long because its client never refreshes.</summary>
public static class Planner
{
    private static readonly Refusal TokenInvalid = Refusal.Unauthenticated("auth.token_invalid", "Could not validate credentials") with
    {
        Details = new Dictionary<string, object> { ["valid"] = false },
    };

    public static void MapPlanner(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/api/v1/auth").WithTags("Auth");
        auth.MapPost("/register", Register).WithSummary("Make an account and sign in")
            .Example("""{"username":"ana","email":"ana@example.org","password":"correct horse"}""").Refuses([.. Auth.RegisterRefusals.Select(AsConflict)]);
        auth.MapPost("/login", LogIn).WithSummary("Sign in with a user name or an e-mail address")
            .Example("""{"identifier":"ana","password":"correct horse"}""").Refuses(Auth.LogInRefusals);
        MapVerify(auth);
    }

    /// <summary>Here and at the root, where the planner's app asks at each start whether it is still signed in (contract B.4).</summary>
    public static void MapVerify(this IEndpointRouteBuilder auth) =>
        auth.MapPost("/verify", Verify).WithSummary("Whose token it is, if it still is good").Example("""{"token":"eyJhbGciOi…"}""").Refuses(TokenInvalid);

    private static async Task<Results<Created<StringIdSignIn>, ProblemHttpResult>> Register(
        RegisterBody body, HttpContext http, RegisterUser register, ReadAccount read, CancellationToken cancellation)
    {
        var signedIn = await register.Handle(body.ToRequest(Auth.DeviceOf(http, Surface.Planner)), cancellation);
        if (signedIn.Refusal is { } refusal)
            return AsConflict(refusal).ToHttp();
        var account = await read.DetailsAsync(signedIn.Value.User.Id, signedIn.Value.SessionId, cancellation);
        return account.ToCreated(details => StringIdSignIn.Of(signedIn.Value, details, "User registered successfully"));
    }

    private static async Task<Results<Ok<StringIdSignIn>, ProblemHttpResult>> LogIn(
        LogInBody body, HttpContext http, LogIn logIn, ReadAccount read, CancellationToken cancellation)
    {
        var signedIn = await logIn.Handle(new(body.Name, body.Password!, Auth.DeviceOf(http, Surface.Planner)), cancellation);
        if (signedIn.Refusal is { } refusal)
            return refusal.ToHttp();
        var account = await read.DetailsAsync(signedIn.Value.User.Id, signedIn.Value.SessionId, cancellation);
        return account.ToOk(details => StringIdSignIn.Of(signedIn.Value, details, "Login successful"));
    }

    private static async Task<Results<Ok<Verified>, ProblemHttpResult>> Verify(
        VerifyBody body, AccessTokens tokens, SessionGate sessions, ReadAccount read, CancellationToken cancellation)
    {
        if (tokens.Verify(body.Token, out var claims) != TokenFault.None || await sessions.FindAsync(claims, cancellation) is not { } caller)
            return TokenInvalid.ToHttp();
        var account = await read.DetailsAsync(caller.UserId, caller.SessionId, cancellation);
        return account.ToOk(static details => new Verified(true, "Token is valid", StringIdAccount.Of(details)));
    }

    /// <summary>This surface says 409 where others say 400: something that is there already.</summary>
    private static Refusal AsConflict(Refusal refusal) =>
        refusal == RegisterUser.UsernameTaken || refusal == RegisterUser.EmailTaken || refusal == RegisterUser.PhoneTaken ? refusal with { Kind = RefusalKind.Conflict } : refusal;
}

public sealed record VerifyBody([property: Needed, AtMost(4096)] string? Token);

public sealed record Verified(bool Valid, string Message, StringIdAccount User);

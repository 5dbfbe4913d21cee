using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Doors;

/// <summary>What differs under /api/auth, where the marketplace's clients sign up and in by e-mail address and renew without a body.</summary>
public static class Market
{
    /// <summary>Carries the refresh token for pages that keep none themselves.</summary>
    public const string Cookie = "refresh_token";

    /// <summary>Its name under TLS: a browser takes a name with this beginning from a secure answer only (RFC 6265bis §4.1.3), so a network in between cannot plant one.</summary>
    public const string SecureCookie = "__Secure-refresh_token";

    private const string CookiePath = "/api/auth";

    public static void MapMarket(this IEndpointRouteBuilder api)
    {
        var auth = api.MapGroup("/auth").WithTags("Auth").WithMetadata(new UnprocessableWhenInvalid());
        auth.MapPost("/register", Register).WithSummary("Make an account and sign in; without a user name as the marketplace does")
            .Example("""{"email":"ana@example.org","password":"correct horse","full_name":"Ana","user_type":"buyer"}""")
            .Answers(StatusCodes.Status200OK, typeof(StringIdSignIn)).Answers(StatusCodes.Status201Created, typeof(Registered)).Refuses(Auth.RegisterRefusals);
        auth.MapPost("/register-enhanced", RegisterEnhanced).WithSummary("The same, answered with 201")
            .Example("""{"email":"ana@example.org","password":"correct horse","full_name":"Ana"}""")
            .Answers(StatusCodes.Status201Created, typeof(StringIdSignIn), typeof(Registered)).Refuses(Auth.RegisterRefusals);
        auth.MapPost("/refresh", Refresh).TakesCredentials().WithSummary("New tokens: for a refresh token in the body or the cookie, or for the bearer token of a live session")
            .Example("""{"refresh_token":"mF_9.B5f-4.1JqM"}""").Answers(StatusCodes.Status200OK, typeof(Tokens), typeof(Renewed))
            .Refuses(RefreshSession.Unknown, RefreshSession.Reused, RefreshSession.Expired);
        auth.MapGet("/me", ReadMe).RequireAuthorization().WithSummary("The caller's account, in the form of the client that signed in")
            .Answers(StatusCodes.Status200OK, typeof(AccountView), typeof(StringIdAccount));
        auth.MapPost("/logout", LogOut).RequireAuthorization().WithSummary("End this session");
    }

    private static async Task<IResult> Register(
        AnyRegisterBody body, HttpContext http, RegisterUser register, ReadAccount read, CancellationToken cancellation) =>
        await RegisterAsync(body, http, register, read, StatusCodes.Status200OK, cancellation);

    private static async Task<IResult> RegisterEnhanced(
        AnyRegisterBody body, HttpContext http, RegisterUser register, ReadAccount read, CancellationToken cancellation) =>
        await RegisterAsync(body, http, register, read, StatusCodes.Status201Created, cancellation);

    private static async Task<IResult> RegisterAsync(
        AnyRegisterBody body, HttpContext http, RegisterUser register, ReadAccount read, int status, CancellationToken cancellation)
    {
        var signedIn = await register.Handle(body.ToRequest(Auth.DeviceOf(http, body.IsMarket ? Surface.Market : Surface.Common)), cancellation);
        if (signedIn.Refusal is { } refusal)
            return refusal.ToHttp();
        if (!body.IsMarket)
            return TypedResults.Created((string?)null, Registered.Of(signedIn.Value));
        var account = await read.DetailsAsync(signedIn.Value.User.Id, signedIn.Value.SessionId, cancellation);
        Keep(http, signedIn.Value);
        return TypedResults.Json(StringIdSignIn.Of(signedIn.Value, account.Value, "User registered"), statusCode: status);
    }

    private static async Task<IResult> Refresh(
        RefreshAnyBody? body, HttpContext http, Caller? caller, RefreshSession refresh, RenewAccess renew, CancellationToken cancellation)
    {
        if (body?.RefreshToken is { Length: > 0 } given)
            return (await refresh.Handle(given, cancellation)).ToOk(static s => Tokens.Of(s, null)).Result;

        // The cookie first: it renews the session itself, and it is there when the bearer token has run out.
        var kept = http.Request.Cookies[NameFor(http)];
        if (!string.IsNullOrEmpty(kept) && kept.Length <= 255)
        {
            var signedIn = await refresh.Handle(kept, cancellation);
            if (signedIn.Refusal is null)
                Keep(http, signedIn.Value);
            if (signedIn.Refusal is null || caller is null)
                return signedIn.ToOk(static s => new Renewed(s.AccessToken, s.AccessToken, "bearer")).Result;
        }

        if (caller is null)
            return body is null ? RefreshSession.Unknown.ToHttp() : TypedResults.Problem(Validation.Of(nameof(RefreshAnyBody.RefreshToken), "is required"));
        return (await renew.Handle(caller, cancellation)).ToOk(static token => new Renewed(token, token, "bearer")).Result;
    }

    private static async Task<IResult> ReadMe(Caller caller, ReadAccount read, CancellationToken cancellation)
    {
        var account = await read.DetailsAsync(caller.UserId, caller.SessionId, cancellation);
        return account.Refusal is { } gone ? gone.ToHttp()
            : account.Value.Surface == Surface.Common ? TypedResults.Ok(AccountView.Of(account.Value.User)) : TypedResults.Ok(StringIdAccount.Of(account.Value));
    }

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> LogOut(Caller caller, HttpContext http, LogOut logOut, CancellationToken cancellation)
    {
        http.Response.Cookies.Delete(NameFor(http), new CookieOptions { Path = CookiePath, Secure = http.Request.IsHttps });
        return (await logOut.Handle(caller, cancellation)).ToOk(static _ => new Said("Successfully logged out"));
    }

    private static string NameFor(HttpContext http) => http.Request.IsHttps ? SecureCookie : Cookie;

    /// <summary>Unreadable for scripts, sent to these routes alone and never from other sites' pages.</summary>
    internal static void Keep(HttpContext http, SignedIn signedIn) => http.Response.Cookies.Append(NameFor(http), signedIn.RefreshToken, new CookieOptions
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = SameSiteMode.Strict,
        Path = CookiePath,
        MaxAge = http.RequestServices.GetRequiredService<StoaSettings>().Tokens.RefreshLifetime,
    });
}

public sealed record RefreshAnyBody([property: AtMost(255)] string? RefreshToken);

/// <summary>The answer to a refresh without a body; clients read either name.</summary>
public sealed record Renewed(string Token, string AccessToken, string TokenType);

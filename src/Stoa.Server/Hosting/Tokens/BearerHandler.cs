using System.Globalization;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Authenticates <c>Authorization: Bearer …</c> (RFC 6750) against <see cref="AccessTokens"/> and <see cref="SessionGate"/>.</summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    AccessTokens tokens,
    SessionGate sessions) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "bearer";

    /// <summary>How one authenticates here, for the header <c>WWW-Authenticate</c>.</summary>
    public const string Challenge = "Bearer";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var header = Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return AuthenticateResult.NoResult();

        var fault = tokens.Verify(value.AsSpan(7).Trim(), out var claims);
        if (fault != TokenFault.None)
            return Refuse(fault == TokenFault.Expired ? "auth.token_expired" : "auth.token_invalid");

        if (await sessions.FindAsync(claims, Context.RequestAborted) is not { } caller)
            return Refuse(SessionGate.Ended.Code);

        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(PrincipalOf(caller), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        // The problem document is written by the status code pages.
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = Challenge;
        return Task.CompletedTask;
    }

    /// <summary>The caller as the framework's policies see it.</summary>
    public static ClaimsPrincipal PrincipalOf(Caller caller)
    {
        var identity = new ClaimsIdentity(SchemeName, "sub", "role");
        identity.AddClaim(new Claim("sub", caller.UserId.ToString(CultureInfo.InvariantCulture)));
        foreach (var role in Policies.RolesOf(caller))
            identity.AddClaim(new Claim("role", role));
        return new ClaimsPrincipal(identity);
    }

    private AuthenticateResult Refuse(string code)
    {
        Context.Features.Set(new AuthenticationRefusal(code));
        return AuthenticateResult.Fail(code);
    }
}

/// <summary>Why the token of this request was not taken; the problem document carries its code.</summary>
public sealed record AuthenticationRefusal(string Code);

using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Authenticates the header <c>x-admin-key</c>, with which consoles without accounts speak for the support desk (contract E.9.8).</summary>
/// <remarks>
/// Asked only by <see cref="Policies.SupportDesk"/>. Without the setting <c>Accounts:AdminSecretKey</c> the header grants nothing and is not even
/// looked at. No key is 401, a wrong one 403; keys are compared by their hashes in constant time.
/// </remarks>
public sealed class SupportKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory logger,
    UrlEncoder encoder,
    SupportKey key,
    SupportDesk desk,
    SecurityTrail trail) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "support key";
    public const string Header = "x-admin-key";
    private bool wasWrong;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var given = Request.Headers[Header];
        if (given.Count != 1 || !key.IsSet)
            return AuthenticateResult.NoResult();
        if (await key.WhyNotAsync(given[0], ClientNetwork.Of(Context), Context.RequestAborted) is not null)
        {
            wasWrong = true;
            await desk.NoteWrongKeyAsync(trail, Context.RequestAborted);
            return AuthenticateResult.Fail(SupportKey.Wrong.Code);
        }

        // An administrator who also shows the key stays the author of what he writes; anybody else acts as the desk.
        var caller = Context.Features.Get<Caller>() is { IsAdmin: true } admin ? admin : await desk.CallerAsync(Context.RequestAborted);
        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(BearerHandler.PrincipalOf(caller), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (wasWrong)
        {
            Response.StatusCode = StatusCodes.Status403Forbidden;
            Context.Features.Set(new AuthenticationRefusal(SupportKey.Wrong.Code));
        }

        return Task.CompletedTask;
    }
}

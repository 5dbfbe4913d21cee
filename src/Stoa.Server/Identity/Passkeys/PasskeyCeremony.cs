using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Passkeys;

/// <summary>The framework's WebAuthn ceremonies (W3C WebAuthn §7) over our accounts. Bound to HTTP by nature: the browser's origin is part of what is signed.</summary>
/// <remarks>
/// A passkey must verify its user (PIN, finger, face), so it stands for both steps of signing in. Origins: the server's own and those of
/// <see cref="StoaSettings.AllowedOrigins"/>; frames of other sites are refused.
/// </remarks>
public sealed class PasskeyCeremony(StoaDb db, StoaSettings settings, IServiceProvider services)
{
    private readonly PasskeyHandler<User> handler = new(
        new UserManager<User>(
            new PasskeyStore(db), Options.Create(new IdentityOptions()), null!, [], [], null!, new IdentityErrorDescriber(), services, NullLogger<UserManager<User>>.Instance),
        Options.Create(new IdentityPasskeyOptions
        {
            ServerDomain = DomainOf(settings),
            AuthenticatorTimeout = SignInChallenge.Lifetime,
            UserVerificationRequirement = "required",
            ValidateOrigin = origin => ValueTask.FromResult(!origin.CrossOrigin && IsOurs(origin.Origin, origin.HttpContext, settings)),
        }));

    /// <summary>What the browser needs to make a passkey, and what the server needs to know again.</summary>
    public async Task<(string Options, string State)> BeginRegistrationAsync(Caller caller, HttpContext http)
    {
        var made = await handler.MakeCreationOptionsAsync(
            new PasskeyUserEntity { Id = caller.UserId.ToString(CultureInfo.InvariantCulture), Name = caller.Username, DisplayName = caller.Name }, http);
        return (made.CreationOptionsJson, made.AttestationState!);
    }

    /// <summary>The passkey that the browser made; null when its answer does not hold.</summary>
    public async Task<UserPasskeyInfo?> FinishRegistrationAsync(string credential, string state, Caller caller, HttpContext http)
    {
        var result = await handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = credential, AttestationState = state });
        return result.Succeeded && result.UserEntity.Id == caller.UserId.ToString(CultureInfo.InvariantCulture) ? result.Passkey : null;
    }

    /// <summary>What the browser needs to find a passkey. Names no account: the passkey does.</summary>
    public async Task<(string Options, string State)> BeginSignInAsync(HttpContext http)
    {
        var made = await handler.MakeRequestOptionsAsync(null, http);
        return (made.RequestOptionsJson, made.AssertionState!);
    }

    /// <summary>Whose passkey answered, with its new counter; null when the answer does not hold.</summary>
    public async Task<(User User, UserPasskeyInfo Passkey)?> FinishSignInAsync(string credential, string state, HttpContext http)
    {
        var result = await handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = credential, AssertionState = state });
        return result.Succeeded ? (result.User, result.Passkey) : null;
    }

    private static string DomainOf(StoaSettings settings) => settings.Accounts.PasskeyDomain.Length > 0 ? settings.Accounts.PasskeyDomain
        : settings.Web.FrontendUrl.Length > 0 ? new Uri(settings.Web.FrontendUrl).Host : settings.Listen.Domain;

    private static bool IsOurs(string origin, HttpContext http, StoaSettings settings) =>
        string.Equals(origin, $"{http.Request.Scheme}://{http.Request.Host}", StringComparison.OrdinalIgnoreCase)
        || settings.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase);
}

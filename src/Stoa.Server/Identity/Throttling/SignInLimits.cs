using Stoa.Core;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Throttling;

/// <summary>How often one network may knock: on one account, on any account, and for a new one. Where there is a Redis all nodes count together.</summary>
/// <remarks>Asked before anything is looked up, so a refusal says nothing about accounts. What a network is: <see cref="ClientNetwork"/>.</remarks>
public sealed class SignInLimits(RateLimits limits, StoaSettings settings)
{
    public static readonly Refusal TooManyLogIns = Refusal.TooMany("rate.logins", "Too many sign-in attempts, please try again later");
    public static readonly Refusal TooManyRegistrations = Refusal.TooMany("rate.registrations", "Too many registrations from this address, please try again later");

    private readonly RateLimit onOneAccount = new("logins", settings.Accounts.LogInsPerMinute, TimeSpan.FromMinutes(1), TooManyLogIns) { IsShared = true };

    private readonly RateLimit fromOneNetwork = new("logins.address", settings.Accounts.LogInsPerAddressPerMinute, TimeSpan.FromMinutes(1), TooManyLogIns) { IsShared = true };

    private readonly RateLimit registrations =
        new("registrations", settings.Accounts.RegistrationsPerAddressPerHour, TimeSpan.FromHours(1), TooManyRegistrations) { IsShared = true };

    /// <summary>Null when this try to sign in may go on.</summary>
    /// <param name="name">What is knocked on, known or not.</param>
    public async ValueTask<Refusal?> LogInAsync(string name, ClientNetwork from, CancellationToken cancellation) =>
        (await limits.TakeAsync(fromOneNetwork, LimitKey.Of(from), cancellation)).Refusal
        ?? (await limits.TakeAsync(onOneAccount, LimitKey.Of(name, from), cancellation)).Refusal;

    /// <summary>Null when a passkey may be asked for: nobody is named yet, so the network alone counts.</summary>
    public async ValueTask<Refusal?> PasskeyAsync(ClientNetwork from, CancellationToken cancellation) =>
        (await limits.TakeAsync(fromOneNetwork, LimitKey.Of(from), cancellation)).Refusal;

    /// <summary>Null when this registration may go on.</summary>
    public async ValueTask<Refusal?> RegistrationAsync(ClientNetwork from, CancellationToken cancellation) =>
        (await limits.TakeAsync(registrations, LimitKey.Of(from), cancellation)).Refusal;
}

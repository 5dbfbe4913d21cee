using System.Net;
using System.Net.Sockets;
using Stoa.Core;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity.Throttling;

/// <summary>How often one address may knock: on one account, on any account, and for a new one.</summary>
/// <remarks>Asked before anything is looked up, so a refusal says nothing about accounts. Tries are counted by this process.</remarks>
public sealed class SignInLimits(RateLimits limits, StoaSettings settings)
{
    public static readonly Refusal TooManyLogIns = Refusal.TooMany("rate.logins", "Too many sign-in attempts, please try again later");
    public static readonly Refusal TooManyRegistrations = Refusal.TooMany("rate.registrations", "Too many registrations from this address, please try again later");
    private const int NetworkBytes = 8;

    private readonly RateLimit onOneAccount = new("logins", settings.Accounts.LogInsPerMinute, TimeSpan.FromMinutes(1), TooManyLogIns);
    private readonly RateLimit fromOneAddress = new("logins.address", settings.Accounts.LogInsPerAddressPerMinute, TimeSpan.FromMinutes(1), TooManyLogIns);
    private readonly RateLimit registrations = new("registrations", settings.Accounts.RegistrationsPerAddressPerHour, TimeSpan.FromHours(1), TooManyRegistrations);

    /// <summary>Null when this try to sign in may go on.</summary>
    /// <param name="name">What is knocked on, known or not.</param>
    public Refusal? LogIn(string name, string? address)
    {
        if (NetworkOf(address) is { } network && limits.Take(fromOneAddress, network).Refusal is { } tooMany)
            return tooMany;
        return limits.Take(onOneAccount, $"{name} {address}").Refusal;
    }

    /// <summary>Null when a passkey may be asked for: nobody is named yet, so the address alone counts.</summary>
    public Refusal? Passkey(string? address) => NetworkOf(address) is { } network ? limits.Take(fromOneAddress, network).Refusal : null;

    /// <summary>Null when this registration may go on.</summary>
    public Refusal? Registration(string? address) => NetworkOf(address) is { } network ? limits.Take(registrations, network).Refusal : null;

    /// <summary>What is counted together: an IPv4 address, an IPv6 /64 (one household's share). Null for loopback and what is no address: not counted.</summary>
    private static string? NetworkOf(string? address)
    {
        if (!IPAddress.TryParse(address, out var ip))
            return null;
        if (ip.IsIPv4MappedToIPv6)
            ip = ip.MapToIPv4();
        if (IPAddress.IsLoopback(ip))
            return null;
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? Convert.ToHexStringLower(ip.GetAddressBytes().AsSpan(0, NetworkBytes)) : ip.ToString();
    }
}

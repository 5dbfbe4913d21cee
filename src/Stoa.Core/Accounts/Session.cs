using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Core.Accounts;

/// <summary>Whose client opened a session: shapes and lifetimes that differ between the served systems follow it.</summary>
public enum Surface
{
    /// <summary>Everybody's routes.</summary>
    Common,

    /// <summary>The marketplace: ids are strings, <c>roles</c> in the account.</summary>
    Market,

    /// <summary>The planner: ids are strings; its client never refreshes, so its tokens live long.</summary>
    Planner,
}

/// <summary>One log-in on one device. Its tokens name it and die with it.</summary>
public sealed class Session
{
    /// <summary>How long a session lives without a refresh, and a refresh token at all (S1-2).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public const int MaxDeviceLength = 255;

    /// <summary>Never given twice (<see cref="Data.UnrepeatedId"/>): access tokens name it.</summary>
    public long Id { get; private set; }

    public required long UserId { get; init; }

    public User? User { get; init; }

    /// <summary>What the client called itself (User-Agent), cut to 255 characters.</summary>
    public string? DeviceInfo { get; init; }

    public string? IpAddress { get; init; }

    public Surface Surface { get; init; }

    /// <summary>Says whether two log-ins look like the same device in the same network (<see cref="DeviceKeyOf"/>); null: not known.</summary>
    public string? DeviceKey { get; init; }

    /// <summary>False once ended: by log-out, by reuse of a spent refresh token, by its owner or an administrator.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>The account's <see cref="User.CredentialsVersion"/> that was proven when it was opened; under another the session is over.</summary>
    public required long CredentialsVersion { get; set; }

    /// <summary>Which generation of refresh tokens is to be spent; the one before may be shown again for <see cref="RefreshToken.RetryWindow"/>.</summary>
    public long RefreshGeneration { get; set; }

    /// <summary>When the generation before was spent; null: none was.</summary>
    public DateTimeOffset? RefreshedAt { get; set; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>The client's name without its version numbers, and the network: 32 hexadecimal digits of a hash.</summary>
    /// <remarks>
    /// Versions are left out because browsers change them every month. The network is the first 16 bits of an IPv4 and the first 32 of an
    /// IPv6 address, about one provider's: less, and a phone under way would be new every day.
    /// </remarks>
    public static string DeviceKeyOf(string? deviceInfo, string? ipAddress)
    {
        var client = string.Concat((deviceInfo ?? "").Where(static c => !char.IsAsciiDigit(c)));
        var text = $"{client}\n{NetworkOf(ipAddress)}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }

    private static string NetworkOf(string? ipAddress)
    {
        if (!IPAddress.TryParse(ipAddress, out var address))
            return "";
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return Convert.ToHexStringLower(bytes.AsSpan(0, bytes.Length == 4 ? 2 : 4));
    }
}

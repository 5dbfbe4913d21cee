using System.Net;
using System.Security.Cryptography;
using System.Text;
using Stoa.Core;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Web;

/// <summary>Who may read what tells about the server itself (metrics, whether the database answers).</summary>
/// <remarks>
/// This machine, the networks of <c>Monitoring:Networks</c>, whoever has <c>Monitoring:Key</c> (<c>Authorization: Bearer KEY</c>), and administrators.
/// A request that a proxy passed on whose name was not told (a forwarding header is left) is from nobody we know: behind such a proxy everybody would be this
/// machine. Refusal: <c>monitoring.forbidden</c>.
/// </remarks>
public sealed class MonitoringAccess
{
    public static readonly Refusal Forbidden = Refusal.Forbidden(
        "monitoring.forbidden", "Only this machine, the monitoring networks and holders of the monitoring key may ask for this");

    private const string Scheme = "Bearer ";
    private readonly IPNetwork[] networks;
    private readonly byte[]? keyHash;

    public MonitoringAccess(MonitoringSettings settings)
    {
        networks = [.. settings.Networks.Select(Parse)];
        keyHash = settings.Key is { Length: > 0 } key ? SHA256.HashData(Encoding.UTF8.GetBytes(key)) : null;
    }

    /// <summary>Whether this request may see it.</summary>
    public bool IsAllowed(HttpContext context)
    {
        if (context.User.IsInRole(Tokens.Policies.Admin) || HasKey(context.Request.Headers.Authorization.ToString()))
            return true;
        if (context.Request.Headers.ContainsKey("X-Forwarded-For") || context.Request.Headers.ContainsKey("Forwarded"))
            return false;

        // A Unix socket and a server within the same process have no address: both are this machine.
        if (context.Connection.RemoteIpAddress is not { } address)
            return true;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return IPAddress.IsLoopback(address) || Array.Exists(networks, network => network.Contains(address));
    }

    /// <summary>The network that a setting's text names; a single address is a network of one. Null: it names none.</summary>
    public static IPNetwork? NetworkOf(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : null;

    private static IPNetwork Parse(string text) => NetworkOf(text)!.Value;

    private bool HasKey(string authorization) =>
        keyHash is not null && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), keyHash);
}

internal static class MonitoringRoutes
{
    /// <summary>Answers 403 <c>monitoring.forbidden</c> to everybody else.</summary>
    public static TBuilder ForMonitoring<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder => route.WithMetadata(new RouteRefusals([MonitoringAccess.Forbidden])).AddEndpointFilter(static async (invocation, next) =>
            invocation.HttpContext.RequestServices.GetRequiredService<MonitoringAccess>().IsAllowed(invocation.HttpContext)
                ? await next(invocation)
                : MonitoringAccess.Forbidden.ToHttp());
}

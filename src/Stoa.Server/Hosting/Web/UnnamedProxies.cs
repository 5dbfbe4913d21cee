using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Hosting.Web;

/// <summary>Proxies that forward requests but that the operator did not name: everybody behind one seems to come from one address.</summary>
internal static partial class UnnamedProxies
{
    /// <summary>
    /// True when forwarded headers are left that nobody vouches for, once those of <see cref="KnownProxies"/> were taken off: the address of the connection may then be that of many
    /// people. A client may send such a header itself; it is then no better known than a stranger, which harms nobody else.
    /// </summary>
    public static bool MayStandBefore(HttpContext http) =>
        http.Request.Headers.ContainsKey("X-Forwarded-For") || (http.Request.Headers.ContainsKey("Forwarded") && !WasForwardedByName(http));

    /// <summary>Says once that such a header came, and from where: without <c>Listen:KnownProxies</c> limits by address and pauses are not what they should be.</summary>
    public static void UseWarningOfUnnamedProxies(this WebApplication app)
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnnamedProxies));
        var isSaid = 0;
        app.Use((context, next) =>
        {
            if (Volatile.Read(ref isSaid) == 0 && MayStandBefore(context) && Interlocked.Exchange(ref isSaid, 1) == 0)
                Forwarded(log, ClientNetwork.Of(context));
            return next(context);
        });
    }

    /// <summary>A named proxy has said for whom it asks; what it says a second time in another header means nothing.</summary>
    private static bool WasForwardedByName(HttpContext http) => http.Features.Get<Peer>() is { Address: { } peer } && !peer.Equals(http.Connection.RemoteIpAddress);

    [LoggerMessage(1, LogLevel.Warning, "proxy.unnamed X-Forwarded-For or Forwarded came from {From}, which is not in Listen:KnownProxies: if that is your proxy, name it, else everybody behind it counts as one. Said once.")]
    private static partial void Forwarded(ILogger log, ClientNetwork from);
}

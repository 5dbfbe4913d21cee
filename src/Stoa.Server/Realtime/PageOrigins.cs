namespace Stoa.Server.Realtime;

/// <summary>From which web pages a socket may be opened: those that may call over HTTP, and pages of this server itself.</summary>
/// <remarks>
/// CORS does not hold for WebSockets: a browser opens one from any page and says only where the page came from (RFC 6455 §10.2). Clients that are no browsers
/// send no <c>Origin</c>, or the server's own address, as React Native does.
/// </remarks>
internal sealed class PageOrigins(IReadOnlyList<string> allowed)
{
    private readonly HashSet<string> allowed = new(allowed.Select(static o => o.TrimEnd('/')), StringComparer.OrdinalIgnoreCase);

    /// <summary>Why the request is refused, in a few words; null when it may go on.</summary>
    public ValueTask<string?> WhyNotAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin;
        return ValueTask.FromResult(origin.Count == 0 || allowed.Contains(origin.ToString()) || IsOwn(origin.ToString(), context.Request.Host)
            ? null
            : "Origin not allowed");
    }

    // Scheme and port aside: behind a proxy that ends TLS they differ.
    private static bool IsOwn(string origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Host.Equals(host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);
}

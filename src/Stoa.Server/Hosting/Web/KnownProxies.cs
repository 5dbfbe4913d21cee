using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Web;

/// <summary>Takes a client's address and scheme from the headers of proxies that the operator named, and from nobody else.</summary>
internal static class KnownProxies
{
    public static void UseKnownProxies(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<StoaSettings>().Listen.KnownProxies;
        if (known.Count == 0)
            return;

        // No limit on hops: every one must be known, or the address stops there.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var text in known)
        {
            if (IPAddress.TryParse(text, out var address))
                options.KnownProxies.Add(address);
            else
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(text));
        }

        app.Use(static (context, next) =>
        {
            context.Features.Set(new Peer(context.Connection.RemoteIpAddress));
            return next(context);
        });
        app.UseForwardedHeaders(options);
    }
}

/// <summary>Who is at the other end of the connection, whatever was forwarded.</summary>
internal sealed record Peer(IPAddress? Address);

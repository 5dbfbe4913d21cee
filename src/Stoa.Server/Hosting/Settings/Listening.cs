using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting;

namespace Stoa.Server.Hosting.Settings;

/// <summary>Tells Kestrel where to listen, with or without TLS, and how much to read.</summary>
internal static class Listening
{
    public static void Apply(WebApplicationBuilder builder, StoaSettings settings)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = settings.Http.MaxRequestBodyBytes;
        });
        if (settings.Listen.HasTls)
        {
            // Kestrel's own keys, because it then sends the whole chain that the file holds.
            builder.Configuration["Kestrel:Certificates:Default:Path"] = Path.GetFullPath(settings.Listen.SslCertificate);
            builder.Configuration["Kestrel:Certificates:Default:KeyPath"] = Path.GetFullPath(settings.Listen.SslKey);
        }

        // The framework's own ways to name addresses (--urls, ASPNETCORE_URLS, Kestrel:Endpoints) win over these settings.
        if (string.IsNullOrEmpty(builder.WebHost.GetSetting(WebHostDefaults.ServerUrlsKey)) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(Urls(settings.Listen));
    }

    /// <summary>Whether the configured address is one of this machine's: told before the host starts, which would log the same with a stack.</summary>
    /// <exception cref="SocketException">It is not, or may not be used.</exception>
    public static void Try(ListenSettings listen)
    {
        if (listen.Urls.Length > 0 || !IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address))
            return;
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(address, 0));
    }

    private static string Urls(ListenSettings listen)
    {
        if (listen.Urls.Length > 0)
            return listen.Urls;
        var host = listen.Host.Contains(':', StringComparison.Ordinal) ? $"[{listen.Host.Trim('[', ']')}]" : listen.Host;
        return $"{(listen.HasTls ? "https" : "http")}://{host}:{listen.Port}";
    }
}

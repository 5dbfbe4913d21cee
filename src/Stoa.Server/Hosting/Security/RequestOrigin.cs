using System.Net;

namespace Stoa.Server.Hosting.Security;

/// <summary>Where what is being done comes from: the network's address and a name for the client. One for each request.</summary>
/// <remarks>For notices and the log of security events; no rule asks it.</remarks>
public sealed class RequestOrigin
{
    private IPAddress? address;
    private string? userAgent;

    /// <summary>Null: not from the network (a command, a job), or not known.</summary>
    public string? Address => address?.ToString();

    /// <summary>As <see cref="DeviceName"/> calls it; made out when somebody asks, which few requests do.</summary>
    public string Client => DeviceName.Of(userAgent);

    public void Set(IPAddress? from, string? client) => (address, userAgent) = (from, client);

    /// <summary>Fills it in; behind what finds the client's address out.</summary>
    public static void Use(WebApplication app) => app.Use(static (context, next) =>
    {
        context.RequestServices.GetRequiredService<RequestOrigin>().Set(context.Connection.RemoteIpAddress, context.Request.Headers.UserAgent);
        return next(context);
    });
}

namespace Stoa.Server.Hosting.Security;

/// <summary>Where what is being done comes from: the network's address and a name for the client. One for each request.</summary>
/// <remarks>For notices and the log of security events; no rule asks it.</remarks>
public sealed class RequestOrigin
{
    /// <summary>Null: not from the network (a command, a job), or not known.</summary>
    public string? Address { get; private set; }

    /// <summary>As <see cref="DeviceName"/> calls it.</summary>
    public string Client { get; private set; } = DeviceName.Unknown;

    public void Set(string? address, string? userAgent) => (Address, Client) = (address, DeviceName.Of(userAgent));

    /// <summary>Fills it in; behind what finds the client's address out.</summary>
    public static void Use(WebApplication app) => app.Use(static (context, next) =>
    {
        context.RequestServices.GetRequiredService<RequestOrigin>().Set(context.Connection.RemoteIpAddress?.ToString(), context.Request.Headers.UserAgent);
        return next(context);
    });
}

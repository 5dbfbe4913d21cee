using Microsoft.AspNetCore.Builder;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.Readme;

internal static class OtherOrigin
{
    public static void Add(WebApplicationBuilder builder)
    {
        // README
        string[] pages = ["http://localhost:5173", "https://app.example.com"];
        builder.Services.AddSocketIO(o =>
        {
            o.Cors = new EngineCors { IsOriginAllowed = origin => pages.Contains(origin), Credentials = true };
            // Browsers do not apply CORS to WebSockets: with cookies, other pages are kept out here. No Origin: not a browser, or the same site.
            o.AllowRequest = context =>
            {
                var origin = context.Request.Headers.Origin.ToString();
                var own = $"{context.Request.Scheme}://{context.Request.Host}";
                return new(origin == "" || origin == own || pages.Contains(origin) ? null : "This page may not connect.");
            };
        });
        // end
    }
}

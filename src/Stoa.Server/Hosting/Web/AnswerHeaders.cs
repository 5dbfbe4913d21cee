using System.Globalization;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Web;

/// <summary>Headers that keep browsers from guessing, framing, remembering and telling on; on every answer, also a refusal.</summary>
/// <remarks>
/// Answers are data, so what a browser may do with one that somebody opens as a page is: nothing. The documentation page alone runs its own scripts.
/// Nothing is kept by a cache unless its route says how long (files, the API document). HSTS (RFC 6797) is said under TLS only, §7.2.
/// </remarks>
internal static class AnswerHeaders
{
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; sandbox";
    private const string PagePolicy =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    private static readonly PathString Pages = new("/docs");

    public static void UseAnswerHeaders(this WebApplication app) => app.Use(static (context, next) =>
    {
        Put(context);
        return next(context);
    });

    /// <summary>Sets the headers; what a route has chosen itself by now is set anew, so it is called before the route or for a refusal.</summary>
    public static void Put(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments(Pages) ? PagePolicy : DataPolicy;
        headers["Referrer-Policy"] = "no-referrer";
        if (context.Request.IsHttps && context.RequestServices.GetRequiredService<StoaSettings>().Web.HstsMaxAge is { Ticks: > 0 } age)
            headers.StrictTransportSecurity = string.Create(CultureInfo.InvariantCulture, $"max-age={(long)age.TotalSeconds}");
    }
}

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Stoa.SocketIO.EngineIO;

/// <summary>Cross-origin rules of an endpoint's polling transport. WebSockets are not bound by CORS: check the Origin in <see cref="EngineOptions.AllowRequest"/>.</summary>
public sealed class EngineCors
{
    private const string AllowOrigin = "Access-Control-Allow-Origin";

    /// <summary>Lets every origin in. With <see cref="Credentials"/> the origin is echoed, because browsers refuse <c>*</c> there.</summary>
    public bool AnyOrigin { get; set; }

    /// <summary>Origins let in, compared exactly (scheme, host, port), without trailing slash.</summary>
    public IList<string> Origins { get; } = [];

    /// <summary>Decides about origins not named in <see cref="Origins"/>.</summary>
    public Func<string, bool>? IsOriginAllowed { get; set; }

    /// <summary>Lets browsers send cookies. Default false.</summary>
    public bool Credentials { get; set; }

    /// <summary>Methods named in the preflight answer.</summary>
    public IList<string> Methods { get; } = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"];

    /// <summary>Request headers let in. Empty, the default, echoes what the preflight asks for.</summary>
    public IList<string> AllowedHeaders { get; } = [];

    /// <summary>Answer headers that scripts may read. Empty by default.</summary>
    public IList<string> ExposedHeaders { get; } = [];

    /// <summary>How long browsers may keep a preflight answer. Null leaves it to them.</summary>
    public TimeSpan? MaxAge { get; set; }

    internal string? Problem() =>
        !AnyOrigin && Origins.Count == 0 && IsOriginAllowed is null ? "Cors allows no origin: set AnyOrigin, Origins or IsOriginAllowed, or leave Cors null."
        : MaxAge < TimeSpan.Zero ? "Cors.MaxAge must not be negative."
        : null;

    /// <summary>Writes the headers; true when the request was a preflight, which is then answered.</summary>
    internal bool Apply(HttpContext context)
    {
        var headers = context.Response.Headers;
        var origin = context.Request.Headers.Origin.ToString();
        if (AnyOrigin && !Credentials)
        {
            headers[AllowOrigin] = "*";
        }
        else
        {
            headers.Append("Vary", "Origin");
            if (origin.Length > 0 && (AnyOrigin || Origins.Contains(origin) || IsOriginAllowed?.Invoke(origin) == true))
                headers[AllowOrigin] = origin;
        }

        if (Credentials)
            headers["Access-Control-Allow-Credentials"] = "true";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            if (ExposedHeaders.Count > 0)
                headers["Access-Control-Expose-Headers"] = string.Join(',', ExposedHeaders);
            return false;
        }

        AnswerPreflight(context, headers);
        return true;
    }

    private void AnswerPreflight(HttpContext context, IHeaderDictionary headers)
    {
        headers["Access-Control-Allow-Methods"] = string.Join(',', Methods);
        if (AllowedHeaders.Count > 0)
        {
            headers["Access-Control-Allow-Headers"] = string.Join(',', AllowedHeaders);
        }
        else if (context.Request.Headers["Access-Control-Request-Headers"] is var asked && !StringValues.IsNullOrEmpty(asked))
        {
            headers.Append("Vary", "Access-Control-Request-Headers");
            headers["Access-Control-Allow-Headers"] = asked;
        }

        if (MaxAge is { } age)
            headers["Access-Control-Max-Age"] = ((long)age.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        headers.ContentLength = 0;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}

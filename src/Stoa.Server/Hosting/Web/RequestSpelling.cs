using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Stoa.Core;
using Stoa.Server.Hosting.Errors;

namespace Stoa.Server.Hosting.Web;

/// <summary>Takes requests as others write them, before routing: HEAD where only GET is mapped, charsets in every spelling; and refuses once for all what nothing here could take.</summary>
/// <remarks>
/// HEAD is GET without a body (RFC 9110 §9.3.2): the server leaves the body out by itself, whatever a route writes.
/// Refusals: 400 <c>request.malformed</c> for U+0000 in an address, which no column can hold; 415 for a charset nobody knows and for an encoded (compressed) body.
/// </remarks>
internal static class RequestSpelling
{
    private const string Nul = "%00";
    private static readonly Refusal Malformed = Refusal.Invalid("request.malformed", "The address holds U+0000, which no text may");
    private static readonly ProblemHttpResult Unsupported = TypedResults.Problem(statusCode: StatusCodes.Status415UnsupportedMediaType);

    // A file's bytes are read for nothing when HEAD is asked as GET, so the routes of files have HEAD themselves.
    private static readonly PathString[] WithOwnHead = [new("/api/uploads"), new("/api/files")];

    public static void UseRequestSpelling(this WebApplication app) => app.Use(static (context, next) =>
    {
        var request = context.Request;
        if (HttpMethods.IsHead(request.Method) && !Array.Exists(WithOwnHead, request.Path.StartsWithSegments))
        {
            context.Features.Set(HeadOnly.Instance);
            request.Method = HttpMethods.Get;
        }

        if (request.QueryString.Value?.Contains(Nul, StringComparison.Ordinal) == true || request.Path.Value?.Contains('\0', StringComparison.Ordinal) == true)
            return Malformed.ToHttp().ExecuteAsync(context);
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            // RFC 9110 §15.5.16: says which encodings would have been taken.
            context.Response.Headers.AcceptEncoding = "identity";
            return Unsupported.ExecuteAsync(context);
        }

        return TakesCharset(request) ? next(context) : Unsupported.ExecuteAsync(context);
    });

    /// <summary>The framework knows charsets without quotes and by their registered names alone; elsewhere it fails as if the fault were ours.</summary>
    private static bool TakesCharset(HttpRequest request)
    {
        if (request.ContentType is not { Length: > 0 } given || !given.Contains("charset", StringComparison.OrdinalIgnoreCase)
            || !MediaTypeHeaderValue.TryParse(given, out var type))
            return true;
        var charset = HeaderUtilities.RemoveQuotes(type.Charset).Value ?? "";
        var isUtf8 = charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || charset.Equals("utf8", StringComparison.OrdinalIgnoreCase);
        if (!isUtf8 && !IsKnown(charset))
            return false;
        type.Charset = isUtf8 ? null : charset;
        request.ContentType = type.ToString();
        return true;
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset) is not null;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}

/// <summary>On the request: it asked by HEAD and is answered as GET; a route whose answer never ends stops after its headers.</summary>
internal sealed class HeadOnly
{
    public static readonly HeadOnly Instance = new();

    private HeadOnly()
    {
    }
}

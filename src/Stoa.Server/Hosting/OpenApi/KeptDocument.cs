using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Stoa.Server.Hosting.OpenApi;

/// <summary>The API's description, made and compressed when it is first asked for: it is a megabyte, a fifth of a second's work, and the same for everybody.</summary>
/// <remarks>Says by its ETag whether a reader has it already (RFC 9110 §13.1.2). Compressing it is no risk: there is nothing secret in it.</remarks>
internal sealed class KeptDocument(IServiceProvider services)
{
    private readonly Lazy<Task<Kept>> making = new(() => MakeAsync(services));

    private sealed record Kept(byte[] Plain, byte[] Compressed, string Tag);

    public async Task AnswerAsync(HttpContext http)
    {
        var kept = await making.Value.WaitAsync(http.RequestAborted);
        var (request, response) = (http.Request, http.Response);
        var isCompressed = request.GetTypedHeaders().AcceptEncoding.Any(static e => e.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && e.Quality is not 0);

        // Two forms, two tags (RFC 9110 §8.8.3.3).
        var tag = new EntityTagHeaderValue($"\"{kept.Tag}{(isCompressed ? "-gzip" : "")}\"");
        response.GetTypedHeaders().ETag = tag;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        response.Headers.CacheControl = "public, no-cache";
        if (request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == "*" || t.Compare(tag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var body = isCompressed ? kept.Compressed : kept.Plain;
        if (isCompressed)
            response.Headers.ContentEncoding = "gzip";
        response.ContentType = "application/json;charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static async Task<Kept> MakeAsync(IServiceProvider services)
    {
        // Nobody's request: whoever goes away must not take it from those who wait.
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(ApiDocument.Name).GetOpenApiDocumentAsync(CancellationToken.None);
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        document.SerializeAsV31(new OpenApiJsonWriter(text));
        var plain = Encoding.UTF8.GetBytes(text.ToString());
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            await gzip.WriteAsync(plain, CancellationToken.None);
        return new Kept(plain, compressed.ToArray(), Convert.ToHexStringLower(SHA256.HashData(plain))[..32]);
    }
}

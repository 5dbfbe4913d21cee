using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>Files in and out: <c>POST /api/uploads</c>, <c>GET</c> and <c>DELETE /api/uploads/ID</c> by bearer, <c>GET /api/files/ID</c> by link.</summary>
public static class UploadDoor
{
    private const int MaxBoundaryLength = 70;
    private const int MaxFields = 100;

    // For the lines between the files and for fields that are none.
    private const long FormBytes = 1_000_000;

    public static void MapUploads(this IEndpointRouteBuilder routes)
    {
        var files = routes.ServiceProvider.GetRequiredService<StoaSettings>().Files;
        routes.MapPost(FileLinks.UploadsPath, Post).RequireAuthorization().WithTags("Files")
            .WithSummary("Upload files for a later message, as multipart/form-data; all of them or none")
            .WithMetadata(new AcceptsMetadata(["multipart/form-data"], typeof(UploadForm)), new BodyLimit(checked((files.MaxBytes * files.MaxPerRequest) + FormBytes)))
            .Example("""{"files":["(the bytes of a file)"]}""")
            .Refuses(
                ReceiveUploads.NoFile, ReceiveUploads.Empty, ReceiveUploads.Malformed, ReceiveUploads.TooManyFiles, ReceiveUploads.TypeNotAllowed, ReceiveUploads.BrokenPicture,
                ReceiveUploads.TooLarge, ReceiveUploads.TooManyWaiting, ReceiveUploads.Quota, ReceiveUploads.TooOften, Restriction.MessagingBanned);
        routes.MapMethods($"{FileLinks.UploadsPath}/{{id:long}}", [HttpMethods.Get, HttpMethods.Head], Get).RequireAuthorization().WithTags("Files")
            .WithSummary("A file one may see, by bearer; ranges are possible").AnswersFile().Refuses(Upload.NotFound);
        routes.MapDelete($"{FileLinks.UploadsPath}/{{id:long}}", Drop).RequireAuthorization().WithTags("Files")
            .WithSummary("Take back a file that no message has yet").Refuses(Upload.NotFound);
        routes.MapMethods($"{FileLinks.FilesPath}/{{id:long}}", [HttpMethods.Get, HttpMethods.Head], Follow).WithTags("Files")
            .WithSummary("A file by its link, without a token; ranges are possible").AnswersFile().Refuses(FileLinks.Invalid, FileLinks.Expired, Upload.NotFound);
    }

    private static async Task<Results<Created<UploadsTaken>, ProblemHttpResult>> Post(
        HttpRequest request, ReceiveUploads receive, FileLinks links, Caller caller, CancellationToken cancellation)
    {
        var boundary = MediaTypeHeaderValue.TryParse(request.ContentType, out var type) ? HeaderUtilities.RemoveQuotes(type.Boundary).Value : null;
        if (boundary is not { Length: > 0 and <= MaxBoundaryLength })
            return ReceiveUploads.Malformed.ToHttp();
        var reader = new MultipartReader(boundary, request.Body);
        return (await receive.Handle(Files(reader, cancellation), caller, cancellation))
            .ToCreated(uploads => new UploadsTaken([.. uploads.Select(u => UploadTaken.Of(u, links))]));
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Get(
        long id, HttpResponse response, FetchFile fetch, Caller caller, CancellationToken cancellation)
    {
        var opened = await fetch.Handle(id, caller, cancellation);

        // Asked every time, because the right may end.
        return opened.Refusal is { } refusal ? refusal.ToHttp() : Send(opened.Value, response, "private, no-cache");
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Drop(long id, DropUpload drop, Caller caller, CancellationToken cancellation) =>
        (await drop.Handle(id, caller, cancellation)).Refusal is { } refusal ? refusal.ToHttp() : TypedResults.NoContent();

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Follow(
        long id, HttpResponse response, FetchFile fetch, CancellationToken cancellation, string? expires = null, string? sig = null)
    {
        var opened = await fetch.Handle(id, expires, sig, cancellation);
        if (opened.Refusal is { } refusal)
            return refusal.ToHttp();
        var seconds = ((long)opened.Value.GoodFor.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Send(opened.Value, response, $"private, max-age={seconds}");
    }

    private static FileStreamHttpResult Send(FetchFile.Opened opened, HttpResponse response, string caching)
    {
        var upload = opened.Upload;
        var disposition = new ContentDispositionHeaderValue(FileKind.IsShown(upload.Mime) ? "inline" : "attachment");
        disposition.SetHttpFileName(upload.Name);
        response.Headers.ContentDisposition = disposition.ToString();
        response.Headers.CacheControl = caching;

        // Should a browser ever take a file for a page, the page can do nothing.
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        return TypedResults.Stream(
            opened.Bytes, upload.Mime == "text/plain" ? "text/plain; charset=utf-8" : upload.Mime,
            entityTag: new EntityTagHeaderValue($"\"{upload.Sha256}\""), enableRangeProcessing: true);
    }

    /// <summary>The files of the form as they come in; other fields are passed over.</summary>
    private static async IAsyncEnumerable<ReceiveUploads.Incoming> Files(MultipartReader reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var fields = 0; await NextAsync(reader, cancellation) is { } section; fields++)
        {
            if (fields == MaxFields)
                throw new UploadRefusedException(ReceiveUploads.TooManyFiles);
            if (section.GetContentDispositionHeader() is { } disposition && disposition.IsFileDisposition())
            {
                // RFC 7578 forbids filename*, but some clients send it, and better.
                var name = HeaderUtilities.RemoveQuotes(disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName);
                yield return new ReceiveUploads.Incoming(name.Value, section.ContentType, section.Body);
            }
        }
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancellation)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancellation);
        }
        catch (Exception fault) when (fault is InvalidDataException or (IOException and not BadHttpRequestException))
        {
            throw new UploadRefusedException(ReceiveUploads.Malformed, fault);
        }
    }

    /// <summary>Files may be larger than other bodies (<c>Http:MaxRequestBodyBytes</c>).</summary>
    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata;
}

/// <summary>The form, for the API document: it is read as a stream.</summary>
/// <param name="Files">Parts with a file name, whatever they are called.</param>
public sealed record UploadForm(List<string> Files);

/// <summary>A file that waits for its message.</summary>
/// <param name="Url">A link that is good for a while; may be sent as an attachment's <c>url</c> instead of the id.</param>
public sealed record UploadTaken(StringId Id, string Url, string Name, string Mime, long Size)
{
    public static UploadTaken Of(Upload upload, FileLinks links) => new(upload.Id, links.To(upload.Id), upload.Name, upload.Mime, upload.Size);
}

/// <summary>In the order of the form.</summary>
public sealed record UploadsTaken(List<UploadTaken> Uploads);

[JsonSerializable(typeof(UploadForm))]
[JsonSerializable(typeof(UploadsTaken))]
public sealed partial class UploadsJson : JsonSerializerContext;

using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>New messages of a thread as server-sent events: each as <c>NEW_MESSAGE</c>, whose id is its number.</summary>
/// <remarks>
/// Headers and a comment go out at once, and a comment every <see cref="Pause"/>, so that no proxy and no browser takes a quiet thread for
/// a lost connection; headers tell proxies not to hold anything back.
/// </remarks>
public sealed class ThreadEvents(StreamConversation.Opened opened, long reader, FileLinks links) : IResult, IEndpointMetadataProvider
{
    private const string ContentType = "text/event-stream";

    /// <summary>Half of what the shortest usual patience of proxies is.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    private static readonly byte[] Comment = ": still here\n\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        using var held = opened;
        var (response, stop) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-cache, no-transform";
        response.Headers["X-Accel-Buffering"] = "no";
        httpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpResponseBodyFeature>()?.DisableBuffering();
        await WriteAsync(response, Comment, stop);
        if (httpContext.Features.Get<HeadOnly>() is not null)
            return;

        var json = httpContext.RequestServices.GetRequiredService<IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        var clock = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        await using var entries = held.Entries.GetAsyncEnumerator(stop);
        var next = entries.MoveNextAsync().AsTask();
        while (await NextAsync(next, response, clock, stop))
        {
            var (message, card) = entries.Current;
            if (!message.IsHiddenFrom(reader))
                await WriteAsync(response, Event(message.Seq, JsonSerializer.Serialize(ThreadMessage.Of(message, card, links), json)),
                    stop);
            next = entries.MoveNextAsync().AsTask();
        }
    }

    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(ThreadMessage), [ContentType]));

    /// <summary>Whether there is another one; while there is none, says so again and again that the stream is alive.</summary>
    private static async Task<bool> NextAsync(Task<bool> next, HttpResponse response, TimeProvider clock, CancellationToken stop)
    {
        while (!next.IsCompleted)
        {
            using var woken = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var pause = Task.Delay(Pause, clock, woken.Token);
            if (await Task.WhenAny(next, pause) == pause && !stop.IsCancellationRequested)
                await WriteAsync(response, Comment, stop);
            await woken.CancelAsync();
        }

        return await next;
    }

    private static byte[] Event(long seq, string data) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"event: NEW_MESSAGE\ndata: {data}\nid: {seq}\n\n"));

    private static async Task WriteAsync(HttpResponse response, byte[] text, CancellationToken stop)
    {
        await response.Body.WriteAsync(text, stop);
        await response.Body.FlushAsync(stop);
    }
}

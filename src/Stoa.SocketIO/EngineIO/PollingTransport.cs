using System.IO.Compression;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Stoa.SocketIO.EngineIO;

/// <summary>HTTP long-polling (Engine.IO 4, "HTTP long-polling").</summary>
internal sealed class PollingTransport(EngineServer server)
{
    private const int CompressionThreshold = 1024;
    private static readonly byte[] Ok = "ok"u8.ToArray();

    // A GET for which there is nothing, between the probe and the "5", waits this long for the latter: it travels on another connection and
    // can overtake it. A client that holds its "5" back until the GET is answered pays for that, so it is short (the reference releases
    // such a GET every 100 ms).
    private static readonly TimeSpan OvertakingPatience = TimeSpan.FromMilliseconds(5);

    /// <summary>The handshake over polling.</summary>
    /// <param name="network">Of the place that was taken for it.</param>
    public Task OpenAsync(HttpContext context, object? network)
    {
        var session = server.Open(new EngineHandshake(context, server.Clock.GetUtcNow()), null, network);
        if (server.Options.StickyCookie is { } name)
            context.Response.Cookies.Append(name, session.Id, new CookieOptions { Path = "/", HttpOnly = true, SameSite = SameSiteMode.Lax });
        session.Start();
        return AnswerAsync(context, [server.OpenPacket(session, EngineTransports.Polling)]);
    }

    /// <summary>A GET or POST of a known session.</summary>
    public Task ServeAsync(HttpContext context, EngineSession session) =>
        HttpMethods.IsGet(context.Request.Method) ? PollAsync(context, session)
        : HttpMethods.IsPost(context.Request.Method) ? PostAsync(context, session)
        : EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);

    private async Task PollAsync(HttpContext context, EngineSession session)
    {
        await session.Answered(context.RequestAborted);
        if (session.BeginPoll() is not { } something)
        {
            await EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);
            return;
        }

        bool isAnswered;
        try
        {
            if (session.IsProbed && !something.IsCompleted)
            {
                await Task.WhenAny(something, Task.Delay(OvertakingPatience, server.Clock, context.RequestAborted));
                session.ReleasePoll();
            }

            isAnswered = await something.WaitAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            session.Close(EngineCloseReason.TransportError);
            return;
        }

        if (isAnswered)
            await AnswerPollAsync(context, session);
        else
            await EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);
    }

    private async Task AnswerPollAsync(HttpContext context, EngineSession session)
    {
        try
        {
            await AnswerAsync(context, session.EndPoll());
        }
        finally
        {
            session.EndAnswer();
        }
    }

    /// <summary>Answers a GET that was sent together with the client's close packet and came after it, as if it had come before.</summary>
    public Task AnswerLateAsync(HttpContext context) => AnswerAsync(context, [EngineSession.NoopPacket]);

    private async Task PostAsync(HttpContext context, EngineSession session)
    {
        if (!session.IsOpen)
        {
            await EngineRefusal.UnknownSession.WriteAsync(context, upgrade: false);
            return;
        }

        if (context.Request.ContentType?.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase) == true)
        {
            session.Close(EngineCloseReason.TransportError);
            await EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);
            return;
        }

        if (!session.BeginPost())
        {
            await EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);
            return;
        }

        if (await TakePostAsync(context, session) is { } outcome)
            await AnswerPostAsync(context, outcome);
    }

    /// <summary>Hands on what the body holds. Null when there is nobody to answer any more.</summary>
    private async Task<PostOutcome?> TakePostAsync(HttpContext context, EngineSession session)
    {
        try
        {
            return await ReadPostAsync(context, session);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return PostOutcome.TooLarge;
        }
        catch (Exception e) when (e is BadHttpRequestException || context.RequestAborted.IsCancellationRequested)
        {
            // Broken off halfway: nobody can say what of it arrived.
            session.Close(EngineCloseReason.TransportError);
            return null;
        }
#pragma warning disable CA1031 // The edge: a fault of the application's handler ends the session, as it does over WebSocket.
        catch (Exception e)
#pragma warning restore CA1031
        {
            session.Close(EngineCloseReason.TransportError);
            server.ServingFailed(e);
            return PostOutcome.Refused;
        }
        finally
        {
            // Before the answer: a client that has it may send the next POST at once, on another connection.
            session.EndPost();
        }
    }

    private async Task<PostOutcome> ReadPostAsync(HttpContext context, EngineSession session)
    {
        if (await ReadBodyAsync(context, session) is not { } body)
            return session.IsOpen ? PostOutcome.TooLarge : PostOutcome.Ended;
        if (!Utf8.IsValid(body.Span) || PollingPayload.Count(body.Span) > server.Options.MaxPacketsPerPost)
            session.Close(EngineCloseReason.ParseError);
        for (var more = true; more && session.IsOpen;)
        {
            if (!PollingPayload.TryTake(ref body, out var packet, out more))
            {
                session.Close(EngineCloseReason.ParseError);
                break;
            }

            var handling = session.ReceiveAsync(packet.IsText, packet.Data);
            if (!handling.IsCompletedSuccessfully)
                await session.HeldBackAsync(handling);
        }

        return !session.IsOpen && session.CloseReason is EngineCloseReason.ParseError or EngineCloseReason.TransportError ? PostOutcome.Refused : PostOutcome.Taken;
    }

    private static Task AnswerPostAsync(HttpContext context, PostOutcome outcome)
    {
        switch (outcome)
        {
            case PostOutcome.Refused:
                return EngineRefusal.BadRequest.WriteAsync(context, upgrade: false);
            case PostOutcome.Ended:
                return EngineRefusal.UnknownSession.WriteAsync(context, upgrade: false);
            case PostOutcome.TooLarge:
                context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
                return Task.CompletedTask;
            default:
                context.Response.ContentType = "text/html";
                context.Response.Headers.CacheControl = "no-store";
                context.Response.ContentLength = Ok.Length;
                return context.Response.Body.WriteAsync(Ok, 0, Ok.Length, context.RequestAborted);
        }
    }

    /// <summary>The whole body; null when it is longer than the endpoint allows, or the session has ended meanwhile.</summary>
    private static async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context, EngineSession session)
    {
        var limit = session.MaxPayload;
        if (context.Request.ContentLength > limit)
            return null;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = (long)limit + 1;

        // What a length promises is not reserved for it: whoever promises much and sends little would hold the memory.
        using var body = new MemoryStream((int)Math.Min(context.Request.ContentLength ?? 256, 4096));
        var chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            for (int read; (read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0;)
            {
                if (body.Length + read > limit || !session.IsOpen)
                    return null;
                body.Write(chunk, 0, read);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(chunk);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private async Task AnswerAsync(HttpContext context, List<OutgoingMessage> packets)
    {
        var response = context.Response;
        response.ContentType = "text/plain; charset=UTF-8";
        response.Headers.CacheControl = "no-store";
        var length = packets.Count - 1;
        foreach (var packet in packets)
        {
            length += packet.Polling.Length;
            server.Metrics.Sent(packet.Packets, packet.Polling.Length);
        }

        if (server.Options.HttpCompression && length > CompressionThreshold && Encoding(context) is { } encoding)
        {
            response.Headers.ContentEncoding = encoding;
            response.Headers.Append("Vary", "Accept-Encoding");
            await using Stream compressed = encoding == "gzip"
                ? new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true)
                : new ZLibStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
            await WriteAsync(compressed, packets, context.RequestAborted);
            return;
        }

        response.ContentLength = length;
        await WriteAsync(response.Body, packets, context.RequestAborted);
    }

    private static async Task WriteAsync(Stream body, List<OutgoingMessage> packets, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> separator = new[] { PollingPayload.Separator };
        for (var i = 0; i < packets.Count; i++)
        {
            if (i > 0)
                await body.WriteAsync(separator, cancellation);
            await body.WriteAsync(packets[i].Polling, cancellation);
        }
    }

    private static string? Encoding(HttpContext context)
    {
        var accepted = context.Request.GetTypedHeaders().AcceptEncoding;
        return Accepts("gzip") ? "gzip" : Accepts("deflate") ? "deflate" : null;

        bool Accepts(string name) => accepted.Any(a => a.Value.Equals(name, StringComparison.OrdinalIgnoreCase) && a.Quality is not 0);
    }

    private enum PostOutcome
    {
        Taken,
        Refused,
        TooLarge,

        /// <summary>The session ended while the body was being read.</summary>
        Ended,
    }
}

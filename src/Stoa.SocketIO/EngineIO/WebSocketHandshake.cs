using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Stoa.SocketIO.Epoll;

namespace Stoa.SocketIO.EngineIO;

/// <summary>The opening handshake of a WebSocket (RFC 6455, section 4; over HTTP/2 RFC 8441).</summary>
internal static class WebSocketHandshake
{
    private static readonly byte[] Magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8.ToArray();

    /// <summary>Whether the request asks for a WebSocket and may have one.</summary>
    public static bool IsUpgrade(HttpContext context)
    {
        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true, Protocol: "websocket" })
            return true;
        var headers = context.Request.Headers;
        return HttpMethods.IsGet(context.Request.Method)
            && context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase)
            && headers.SecWebSocketVersion == "13"
            && IsKey(headers.SecWebSocketKey);
    }

    /// <summary>
    /// Answers 101 (200 over HTTP/2) and has the WebSocket served: within the request, which ends when the task of <paramref name="serve"/> does, or, where the
    /// web server can let the connection go, after the request, which then ends at once.
    /// </summary>
    /// <param name="serve">Called once, unless this throws; must keep nothing of the request, must not throw, and ends the connection it is given.</param>
    public static async Task AcceptAsync(HttpContext context, EngineOptions options, Func<WebSocketConnection, Task> serve)
    {
        var headers = context.Request.Headers;
        var deflate = options.WebSocketCompression && WebSocketDeflate.IsOffered(headers.SecWebSocketExtensions);
        if (deflate)
            context.Response.Headers.SecWebSocketExtensions = WebSocketDeflate.Accepted;

        if (context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            await serve(new WebSocketConnection(await connect.AcceptAsync(), options, deflate, context.Abort));
            return;
        }

        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.SecWebSocketAccept = Accept(headers.SecWebSocketKey.ToString());
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        if (context.Features.Get<EpollConnection>() is { CanLetGo: true } connection)
            await LetGoAsync(connection, stream, options, deflate, serve);
        else
            await serve(new WebSocketConnection(stream, options, deflate, context.Abort));
    }

    private static async Task LetGoAsync(EpollConnection connection, Stream stream, EngineOptions options, bool deflate, Func<WebSocketConnection, Task> serve)
    {
        // Frames that came right behind the request are in the web server's hands already.
        var early = new MemoryStream(0);
        connection.LetGo(socket =>
        {
            var loose = new LooseStream(socket);
            _ = serve(new WebSocketConnection(loose, options, deflate, loose.Abort, early.GetBuffer().AsMemory(0, (int)early.Length)));
        });
        try
        {
            await stream.CopyToAsync(early);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The connection is broken or cut already; whoever reads the socket finds that out.
        }
    }

    private static bool IsKey(string? key)
    {
        Span<byte> decoded = stackalloc byte[18];
        return key is { Length: 24 } && Convert.TryFromBase64String(key, decoded, out var length) && length == 16;
    }

    private static string Accept(string key)
    {
        Span<byte> text = stackalloc byte[24 + 36];
        Encoding.ASCII.GetBytes(key, text);
        Magic.CopyTo(text[24..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6455, 4.2.2 prescribes SHA-1; nothing secret depends on it.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        return Convert.ToBase64String(hash);
    }
}

using Microsoft.AspNetCore.Http.Features;

namespace Stoa.Conformance.Host;

/// <summary>
/// What an upgraded request of the web server costs with nothing on top: the floor of memory per idle WebSocket. It answers the handshake with fixed
/// bytes and then waits with a read of no bytes.
/// </summary>
public static class BareWebSocket
{
    private static readonly byte[] Open = Frame("0{\"sid\":\"bare\",\"upgrades\":[],\"pingInterval\":25000,\"pingTimeout\":20000,\"maxPayload\":1000000}");
    private static readonly byte[] Connected = Frame("40{\"sid\":\"bare\"}");

    public static async Task ServeAsync(HttpContext context)
    {
        // What RFC 6455, 1.3 computes from the key that the load generator always sends.
        context.Response.Headers.Upgrade = "websocket";
        context.Response.Headers.Connection = "Upgrade";
        context.Response.Headers.SecWebSocketAccept = "ICX+Yqv66kxgM0FcWaLWlFLwTAI=";
        var stream = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await stream.WriteAsync(Open, context.RequestAborted);
        var answered = false;
        while (await ReadAsync(stream, context.RequestAborted) > 0)
        {
            if (!answered)
                await stream.WriteAsync(Connected, context.RequestAborted);
            answered = true;
        }
    }

    private static async ValueTask<int> ReadAsync(Stream stream, CancellationToken cancellation)
    {
#pragma warning disable CA2022 // No bytes are asked for: this only waits until some are there.
        await stream.ReadAsync(Memory<byte>.Empty, cancellation);
#pragma warning restore CA2022
        return await stream.ReadAsync(new byte[256], cancellation);
    }

    private static byte[] Frame(string text) => [0x81, (byte)text.Length, .. System.Text.Encoding.ASCII.GetBytes(text)];
}

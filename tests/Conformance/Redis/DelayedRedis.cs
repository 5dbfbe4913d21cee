using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Stoa.Conformance.Redis;

/// <summary>A way to Redis on which every answer takes its time.</summary>
public sealed class DelayedRedis : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _to;
    private readonly TimeSpan _delay;

    public DelayedRedis(string to, TimeSpan delay)
    {
        (_to, _delay) = (to, delay);
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Address => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var redis = IPEndPoint.Parse(_to);
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            var server = new TcpClient { NoDelay = true };
            await server.ConnectAsync(redis, _stop.Token);
            _ = PassAsync(client, server, TimeSpan.Zero);
            _ = PassAsync(server, client, _delay);
        }
    }

    private async Task PassAsync(TcpClient from, TcpClient to, TimeSpan delay)
    {
        var waiting = Channel.CreateUnbounded<(byte[] Data, long At)>();
        _ = WriteAsync(waiting.Reader, to, delay);
        var buffer = new byte[64 * 1024];
        try
        {
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _stop.Token)) > 0)
                await waiting.Writer.WriteAsync((buffer[..read], TimeProvider.System.GetTimestamp()), _stop.Token);
        }
        finally
        {
            waiting.Writer.Complete();
        }
    }

    private async Task WriteAsync(ChannelReader<(byte[] Data, long At)> waiting, TcpClient to, TimeSpan delay)
    {
        using (to)
        {
            await foreach (var (data, at) in waiting.ReadAllAsync(_stop.Token))
            {
                var left = delay - TimeProvider.System.GetElapsedTime(at);
                if (left > TimeSpan.Zero)
                    await Task.Delay(left, _stop.Token);
                await to.GetStream().WriteAsync(data, _stop.Token);
            }
        }
    }
}

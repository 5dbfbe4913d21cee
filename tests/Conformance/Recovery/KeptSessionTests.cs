using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Recovery;

/// <summary>Which ends keep a session for the client's return, with the reason the application saw (recovery in memory).</summary>
public sealed class KeptSessionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_whose_client_fell_silent_is_kept(bool polling)
    {
        var (clock, ended) = (new ManualClock(), new Seen<DisconnectReason>());
        await using var server = await StartAsync(ended, clock);
        string sid, pid, offset;
        if (polling)
        {
            var client = await server.PollingAsync();
            await client.SendAsync("40");
            var told = JsonElement.Parse((await client.PollAsync()).Single()[2..]);
            (sid, pid) = (told.GetProperty("sid").GetString()!, told.GetProperty("pid").GetString()!);
            await server.IO.EmitAsync("first");
            offset = Offset((await client.PollAsync()).Single());
            clock.Advance(TimeSpan.FromSeconds(46));
        }
        else
        {
            await using var client = await server.ConnectAsync();
            (sid, pid) = (client.Sid, client.Handshake.GetProperty("pid").GetString()!);
            await server.IO.EmitAsync("first");
            offset = Offset(await client.TextAsync());
            await server.LoseAsync(client, () =>
            {
                clock.Advance(TimeSpan.FromSeconds(46));
                return Task.CompletedTask;
            });
        }

        Assert.Equal(DisconnectReason.PingTimeout, await ended.NextAsync());
        Assert.Equal(sid, await ReturnAsync(server, pid, offset));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_the_server_put_out_of_its_namespace_is_not_kept(bool close)
    {
        var ended = new Seen<DisconnectReason>();
        await using var server = await StartAsync(ended);
        await using var client = await server.ConnectAsync();
        await server.IO.EmitAsync("first");
        var offset = Offset(await client.TextAsync());
        await server.LoseAsync(client, () => server.IO.To(client.Sid).DisconnectSocketsAsync(close).AsTask());

        Assert.Equal(DisconnectReason.ServerNamespaceDisconnect, await ended.NextAsync());
        Assert.NotEqual(client.Sid, await ReturnAsync(server, client.Handshake.GetProperty("pid").GetString()!, offset));
    }

    private static Task<TestServer> StartAsync(Seen<DisconnectReason> ended, ManualClock? clock = null) => TestServer.StartAsync(
        io => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }),
        o => o.Recovery = new RecoveryOptions(),
        services: s =>
        {
            if (clock is not null)
                s.AddSingleton<TimeProvider>(clock);
        });

    private static string Offset(string packet)
    {
        Assert.StartsWith("42[\"first\",\"", packet);
        return JsonElement.Parse(packet[2..])[1].GetString()!;
    }

    /// <summary>Comes back; the id it is given.</summary>
    private static async Task<string> ReturnAsync(TestServer server, string pid, string offset)
    {
        await using var client = await server.OpenAsync();
        await client.EnterAsync("/", $"{{\"pid\":\"{pid}\",\"offset\":\"{offset}\"}}");
        return client.Sid;
    }
}

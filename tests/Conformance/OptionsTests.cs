using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance;

/// <summary>Settings out of range stop the start; meters and logs say what they should and no more.</summary>
public sealed class OptionsTests
{
    [Theory]
    [InlineData("PingInterval")]
    [InlineData("PingTimeout")]
    [InlineData("UpgradeTimeout")]
    [InlineData("ConnectTimeout")]
    [InlineData("MaxPayload")]
    [InlineData("Transports")]
    [InlineData("MaxOutgoingBytes")]
    [InlineData("MaxOutgoingPackets")]
    [InlineData("MaxPacketsPerPost")]
    [InlineData("MaxConnections")]
    [InlineData("MaxUnadmitted")]
    [InlineData("MaxUnadmittedPerNetwork")]
    [InlineData("MaxUnadmittedPayload")]
    [InlineData("NetworkOf")]
    [InlineData("CrowdedConnectTimeout")]
    [InlineData("MaxQueryLength")]
    [InlineData("StickyCookie")]
    [InlineData("MaxAttachments")]
    [InlineData("MaxJsonDepth")]
    [InlineData("MaxNamespaceLength")]
    [InlineData("MaxNamespacesPerConnection")]
    [InlineData("MaxConnectsPerConnection")]
    [InlineData("MaxWaitingEvents")]
    [InlineData("MaxWaitingBytes")]
    [InlineData("MaxDisconnection")]
    [InlineData("MaxPackets")]
    [InlineData("MaxBytes")]
    [InlineData("MaxSessions")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string name)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(options: o =>
        {
            o.Recovery = new RecoveryOptions();
            var target = typeof(SocketIOOptions).GetProperty(name) is null ? (object)o.Recovery : o;
            var property = target.GetType().GetProperty(name)!;
            property.SetValue(target, property.PropertyType == typeof(string) ? "" : property.PropertyType == typeof(int) ? -1 : property.PropertyType.IsSubclassOf(typeof(Delegate)) ? null : Activator.CreateInstance(property.PropertyType));
        }));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a name")]
    [InlineData("sid;")]
    [InlineData("größe")]
    public async Task A_cookie_whose_name_no_browser_would_send_back_stops_the_start(string name)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(options: o => o.StickyCookie = name));

        Assert.Contains("StickyCookie", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_meters_count_connections_packets_bytes_recoveries_and_slow_readers()
    {
        await using var server = await TestServer.StartAsync(options: o => (o.Recovery, o.MaxOutgoingPackets) = (new RecoveryOptions(), 20));
        using var counts = new MeterCounts(server);
        await using var client = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        Assert.Equal(2, counts["stoa.socketio.connections"]);
        Assert.Equal(2, counts["stoa.socketio.packets.in"]);
        Assert.Equal(4, counts["stoa.socketio.bytes.in"]);
        var before = counts["stoa.socketio.packets.out"];
        await server.IO.EmitAsync("x", new byte[] { 1 });
        Assert.Equal(before + 4, counts["stoa.socketio.packets.out"]);
        Assert.True(counts["stoa.socketio.bytes.out"] > 100);
        await client.EnterAnewAsync("{\"pid\":\"none\",\"offset\":\"none\"}");
        Assert.Equal((1, 0), (counts["stoa.socketio.recoveries failed"], counts["stoa.socketio.recoveries ok"]));
        await client.CloseAsync();
        await Wait.Until(() => counts["stoa.socketio.connections"] == 1);

        var offset = JsonElement.Parse((await other.TextAsync())[4..]).EnumerateArray().Last().GetString();
        await server.LoseAsync(other);
        await using var back = await server.OpenAsync();
        await back.SendAsync("40" + JsonSerializer.Serialize(new { pid = other.Handshake.GetProperty("pid").GetString(), offset }));
        Assert.Contains(other.Sid, await back.TextAsync(), StringComparison.Ordinal);
        Assert.Equal((1, 1), (counts["stoa.socketio.recoveries failed"], counts["stoa.socketio.recoveries ok"]));

        var silent = await server.PollingAsync();
        await silent.SendAsync("40");
        await silent.PollAsync();
        Assert.Equal(0, counts["stoa.socketio.slow_readers.dropped"]);
        for (var i = 0; i < 21; i++)
            await server.IO.EmitAsync("n", i);
        Assert.Equal(1, counts["stoa.socketio.slow_readers.dropped"]);
        Assert.Equal(1, counts["stoa.socketio.connections"]);
    }

    [Fact]
    public async Task Logs_carry_no_payload_token_or_session_id()
    {
        await using var server = await TestServer.StartAsync(io => io.On("fail", (_, _) => throw new InvalidDataException()));
        await using var client = await server.ConnectAsync("/", "{\"token\":\"secret-token\"}");
        var polling = await server.PollingAsync();
        await client.SendAsync("42[\"fail\",\"secret-payload\"]");
        await client.SendAsync("42[\"secret-name\"]");
        await client.SendAsync("4secret-nonsense");
        await client.ClosedAsync();
        await polling.SendAsync("1");
        await Wait.Until(() => server.IO.ConnectionCount == 0);
        var all = string.Join('\n', server.Log.Entries.Select(e => e.Text));

        Assert.Contains("SocketHandlerFailed", server.Log.Entries.Select(e => e.Event));
        Assert.DoesNotMatch(new Regex($"secret|{Regex.Escape(polling.Sid)}|127\\.0\\.0\\.1"), all);
    }
}

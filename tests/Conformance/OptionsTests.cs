using System.Diagnostics.Metrics;
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
    [InlineData("MaxQueryLength")]
    [InlineData("StickyCookie")]
    [InlineData("MaxAttachments")]
    [InlineData("MaxJsonDepth")]
    [InlineData("MaxNamespaceLength")]
    [InlineData("MaxNamespacesPerConnection")]
    [InlineData("MaxConnectsPerConnection")]
    [InlineData("MaxWaitingEvents")]
    [InlineData("MaxDisconnection")]
    [InlineData("MaxPackets")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string name)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => TestServer.StartAsync(options: o =>
        {
            o.Recovery = new RecoveryOptions();
            var target = typeof(SocketIOOptions).GetProperty(name) is null ? (object)o.Recovery : o;
            var property = target.GetType().GetProperty(name)!;
            property.SetValue(target, property.PropertyType == typeof(string) ? "" : property.PropertyType == typeof(int) ? -1 : Activator.CreateInstance(property.PropertyType));
        }));

        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_meters_count_connections_packets_bytes_and_recoveries()
    {
        var sums = new Dictionary<string, long>();
        using var meter = new MeterListener();
        IMeterFactory? factory = null;
        meter.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Stoa.SocketIO" && instrument.Meter.Scope == factory)
                listener.EnableMeasurementEvents(instrument);
        };
        meter.SetMeasurementEventCallback<long>((instrument, n, tags, _) =>
        {
            lock (sums)
            {
                var key = string.Join(' ', [instrument.Name, .. tags.ToArray().Select(t => t.Value)]);
                sums[key] = sums.GetValueOrDefault(key) + n;
            }
        });
        await using var server = await TestServer.StartAsync(options: o => o.Recovery = new RecoveryOptions());
        factory = (IMeterFactory)server.Services.GetService(typeof(IMeterFactory))!;
        meter.Start();
        long Sum(string key)
        {
            lock (sums)
                return sums.GetValueOrDefault(key);
        }

        await using var client = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        Assert.Equal(2, Sum("stoa.socketio.connections"));
        Assert.Equal(2, Sum("stoa.socketio.packets.in"));
        Assert.Equal(4, Sum("stoa.socketio.bytes.in"));
        var before = Sum("stoa.socketio.packets.out");
        await server.IO.EmitAsync("x", new byte[] { 1 });
        Assert.Equal(before + 4, Sum("stoa.socketio.packets.out"));
        Assert.True(Sum("stoa.socketio.bytes.out") > 100);
        await client.EnterAnewAsync("{\"pid\":\"none\",\"offset\":\"none\"}");
        Assert.Equal(1, Sum("stoa.socketio.recoveries failed"));
        await client.CloseAsync();
        await Wait.Until(() => Sum("stoa.socketio.connections") == 1);
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

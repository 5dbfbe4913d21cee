using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Text;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>What is asked of each server in turn. All return a figure of the server process alone.</summary>
public static class Measurements
{
    private const int RoomSize = 1000;
    private const int MessagesUnderWay = 8;

    /// <summary>CPU seconds per 1,000,000 deliveries to a room of 1,000 over WebSocket.</summary>
    public static async Task<double> DeliveriesAsync(PeerProcess server, int messages)
    {
        var members = await RoomAsync(server);
        await SayAsync(members, messages / 10);
        var before = server.CpuSeconds;
        await SayAsync(members, messages);
        var spent = server.CpuSeconds - before;
        members.ForEach(static m => m.Dispose());
        return spent * 1_000_000 / ((double)messages * RoomSize);
    }

    /// <summary>CPU seconds per 1,000,000 acknowledged echoes: 64 clients, each with one call under way.</summary>
    public static async Task<double> EchoesAsync(PeerProcess server, int each)
    {
        var clients = await PeerSocket.OpenManyAsync(server.Address, 64);
        await Task.WhenAll(clients.Select(c => EchoAsync(c, each * 6))); // until the compiler has seen what is hot
        var before = server.CpuSeconds;
        await Task.WhenAll(clients.Select(c => EchoAsync(c, each)));
        var spent = server.CpuSeconds - before;
        clients.ForEach(static c => c.Dispose());
        return spent * 1_000_000 / (64.0 * each);
    }

    /// <summary>CPU milliseconds per connection set up (WebSocket from the start, CONNECT answered), after as many before it.</summary>
    public static async Task<double> ConnectionsAsync(PeerProcess server, int count)
    {
        (await PeerSocket.OpenManyAsync(server.Address, count)).ForEach(static c => c.Dispose());
        var before = server.CpuSeconds;
        var clients = await PeerSocket.OpenManyAsync(server.Address, count);
        var spent = server.CpuSeconds - before;
        clients.ForEach(static c => c.Dispose());
        return spent * 1000 / count;
    }

    /// <summary>KiB of resident memory per idle WebSocket at 5,000, on a server that has served nothing before.</summary>
    public static async Task<double> IdleMemoryAsync(PeerProcess server, int count)
    {
        (await PeerSocket.OpenManyAsync(server.Address, 100)).ForEach(static c => c.Dispose());
        await Task.Delay(2000);
        var before = server.ResidentBytes;
        var clients = await PeerSocket.OpenManyAsync(server.Address, count);
        await Task.Delay(5000);
        var grown = server.ResidentBytes - before;
        clients.ForEach(static c => c.Dispose());
        return grown / 1024.0 / count;
    }

    /// <summary>p99 milliseconds from saying to receiving, at 20 messages a second to a room of 1,000.</summary>
    public static async Task<double> LatencyAsync(PeerProcess server, int messages)
    {
        var members = await RoomAsync(server);
        await SayAsync(members, 50);
        var histograms = members.ConvertAll(static _ => new LatencyHistogram());
        var reading = members.Select((member, i) => CountAsync(member, messages, histograms[i])).ToList();
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var i = 0; i < messages && await pace.WaitForNextTickAsync(); i++)
            await members[0].SendAsync(Said());
        await Task.WhenAll(reading);
        members.ForEach(static m => m.Dispose());
        for (var i = 1; i < histograms.Count; i++)
            histograms[0].Add(histograms[i]);
        return histograms[0].Percentile(0.99).TotalMilliseconds;
    }

    /// <summary>CPU seconds per 100,000 acknowledged echoes over long-polling: 16 clients, each with one call under way.</summary>
    public static async Task<double> PollingAsync(PeerProcess server, int each)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => PollingPeer.OpenAsync(server.Address)));
        await Task.WhenAll(clients.Select(c => c.EchoAsync(each / 10)));
        var before = server.CpuSeconds;
        await Task.WhenAll(clients.Select(c => c.EchoAsync(each)));
        var spent = server.CpuSeconds - before;
        foreach (var client in clients)
            client.Dispose();
        return spent * 100_000 / (16.0 * each);
    }

    private static async Task<List<PeerSocket>> RoomAsync(PeerProcess server)
    {
        var members = await PeerSocket.OpenManyAsync(server.Address, RoomSize);
        foreach (var member in members)
            await member.JoinAsync("room");
        return members;
    }

    /// <summary>The first member speaks, with some messages under way; everybody must hear all of them.</summary>
    private static async Task SayAsync(List<PeerSocket> members, int messages)
    {
        var others = members.Skip(1).Select(member => CountAsync(member, messages, null)).ToList();
        var heard = 0;
        var said = 0;
        while (said < Math.Min(MessagesUnderWay, messages))
        {
            await members[0].SendAsync(Said());
            said++;
        }

        while (heard < messages)
        {
            await members[0].ReadAsync(static packet => packet.StartsWith("42[\"said\""u8));
            heard++;
            if (said < messages)
            {
                await members[0].SendAsync(Said());
                said++;
            }
        }

        await Task.WhenAll(others);
    }

    private static Task CountAsync(PeerSocket member, int messages, LatencyHistogram? latency)
    {
        var heard = 0;
        return member.ReadAsync(packet =>
        {
            if (!packet.StartsWith("42[\"said\""u8))
                return false;
            if (latency is not null && Utf8Parser.TryParse(packet[(packet.IndexOf("\"t\":"u8) + 4)..], out long ticks, out _))
                latency.Record(Stopwatch.GetElapsedTime(ticks));
            return ++heard == messages;
        });
    }

    private static byte[] Said() => PeerSocket.Packet(
        $"42[\"say\",{{\"room\":\"room\",\"data\":{{\"t\":{Stopwatch.GetTimestamp()},\"text\":\"a message of the usual length, so that what is measured is what people send\"}}}}]");

    private static async Task EchoAsync(PeerSocket client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await client.SendAsync(PeerSocket.Packet($"42{i}[\"echo\",{{\"text\":\"a message of the usual length\"}}]"));
            await client.ReadAsync(static packet => packet.StartsWith("43"u8));
        }
    }
}

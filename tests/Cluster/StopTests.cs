using System.Diagnostics;
using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A server that is asked to stop finishes what it has begun.</summary>
[Collection(nameof(Alone))]
public sealed class StopTests
{
    private const int Senders = 16;

    /// <summary>By SIGTERM itself, which nobody listens to in the first moments of a process.</summary>
    private const int EndedBySignal = 128 + 15;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(30);

    [Theory, EachDatabase]
    public async Task A_server_that_is_asked_to_stop_under_load_leaves_nothing_undone(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var crowd = await Crowd.GatherAsync(server, database, Senders);
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var sending = crowd.Senders(ledger).Select(s => Task.Run(() => s.SendAsync(int.MaxValue, stop.Token))).ToList();
        await ledger.GrowsBy(Senders * 20).WaitAsync(SendLimit, TestContext.Current.CancellationToken);

        var exitCode = await server.StopAsync(StopLimit);
        await stop.CancelAsync();
        await Task.WhenAll(sending);

        Assert.Equal(0, exitCode);
        Assert.Empty(ledger.Refused);
        var record = await ServerRecord.ReadAsync(database.Target);
        record.Holds(ledger);
        record.HasNoGaps();
        record.CountsUnreadRightly();
        new LogFiles(server.LogFolder).Announce(ledger);
        Assert.Equal(0, await ServerRecord.CountOutboxAsync(database.Target));
    }

    [Theory, EachDatabase]
    public async Task A_server_that_is_asked_to_stop_while_it_starts_ends_without_a_fault(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        var started = Stopwatch.GetTimestamp();
        await server.StartAsync();
        var start = Stopwatch.GetElapsedTime(started);
        Assert.Equal(0, await server.StopAsync(StopLimit));

        // At moments all over the later part of a start, when the program already listens to signals.
        for (var share = 0.4; share < 1; share += 0.1)
        {
            server.Start();
            await Task.Delay(start * share, TestContext.Current.CancellationToken);
            var exitCode = await server.StopAsync(StopLimit);
            Assert.True(exitCode is 0 or EndedBySignal, $"SIGTERM {start * share} after the start of a server that takes {start}: exit code {exitCode}\n{server.ConsoleTail()}");
        }
    }
}

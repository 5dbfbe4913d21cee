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
}

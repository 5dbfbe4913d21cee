using System.Diagnostics;
using Cluster.Processes;
using Xunit;

namespace Cluster.Records;

/// <summary>Waiting for what follows the commits.</summary>
public static class Outbox
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Returns once the outbox is empty; fails when it is not within the limit.</summary>
    public static async Task DrainsAsync(ServerDatabase database, TimeSpan within)
    {
        var started = Stopwatch.GetTimestamp();
        long left;
        while ((left = await ServerRecord.CountOutboxAsync(database.Target)) > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < within, $"{left} rows are left in the outbox after {within.TotalSeconds} s.");
            await Task.Delay(PollInterval, TestContext.Current.CancellationToken);
        }
    }
}

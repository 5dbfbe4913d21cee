using System.Diagnostics;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A server can be asked to stop before it serves.</summary>
public sealed class StoppedStartTests
{
    /// <summary>By SIGTERM itself, which nobody listens to in the first moments of a process.</summary>
    private const int EndedBySignal = 128 + 15;

    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

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

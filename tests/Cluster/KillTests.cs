using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A server that is killed, again and again, keeps every promise it has made. A class for each database, so that both are killed at once.</summary>
public abstract class KillTests
{
    private const int Kills = 20;
    private const int Senders = 16;
    private static readonly TimeSpan PatienceOfKiller = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    protected static async Task SurviveTwentyKillsAsync(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var crowd = await Crowd.GatherAsync(server, database, Senders);
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var sending = crowd.Senders(ledger).Select(s => Task.Run(() => s.SendAsync(int.MaxValue, stop.Token))).ToList();

        await KillAgainAndAgainAsync(server, ledger, Seed.NewRandom(), sending);
        await stop.CancelAsync();
        await Task.WhenAll(sending);
        await Outbox.DrainsAsync(database, DrainLimit);

        // The test means nothing unless the kills met messages under way.
        Say($"{ledger.Acknowledged.Count} acknowledged, {ledger.Retried} sent again, {ledger.Unanswered.Count} left open");
        Assert.InRange(ledger.Retried, 1, int.MaxValue);
        Assert.NotEmpty(ledger.Unanswered);
        Assert.Empty(ledger.Refused);
        var record = await ServerRecord.ReadAsync(database.Target);
        record.Holds(ledger);
        record.HasNoGaps();
        record.CountsUnreadRightly();
        new LogFiles(server.LogFolder).Announce(ledger);
        await ReadersSeeAsync(record, crowd);
    }

    /// <summary>Most kills meet a server under load, after some messages or many; every fourth one that is still starting.</summary>
    private static async Task KillAgainAndAgainAsync(ServerProcess server, Ledger ledger, Random random, List<Task> sending)
    {
        for (var kill = 1; kill <= Kills; kill++)
        {
            if (kill % 4 == 0)
            {
                await Task.Delay(random.Next(50, 1500), TestContext.Current.CancellationToken);
            }
            else
            {
                await server.AwaitHealthAsync();
                await Task.WhenAny(ledger.GrowsBy(random.Next(1, 200)), Task.Delay(PatienceOfKiller, TestContext.Current.CancellationToken));
                await Task.Delay(random.Next(0, 20), TestContext.Current.CancellationToken);
            }

            await server.KillAsync();
            server.Start();
            Assert.DoesNotContain(sending, static s => s.IsCompleted);
        }

        await server.AwaitHealthAsync();
    }

    /// <summary>A client that has nothing yet reads from the record what the database holds, in order.</summary>
    private static async Task ReadersSeeAsync(ServerRecord record, Crowd crowd)
    {
        foreach (var (client, conversation) in crowd.Places.DistinctBy(static p => p.Conversation))
        {
            var read = await client.ReadAllAsync(conversation);
            Assert.Equal(
                record.Messages.Where(m => m.ConversationId == conversation).Select(static m => (m.Seq, m.Id, m.Body)),
                read.Select(static m => (m.GetProperty("seq").GetInt64(), Reply.IdIn(m.GetProperty("id")), m.GetProperty("content").GetString()!)));
        }
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}

/// <inheritdoc/>
public sealed class SqliteKillTests : KillTests
{
    [Fact]
    public Task Every_acknowledged_message_survives_twenty_kills() => SurviveTwentyKillsAsync(Database.Sqlite);
}

/// <inheritdoc/>
public sealed class PostgresKillTests : KillTests
{
    [Theory, EachDatabase(PostgresOnly = true)]
    public Task Every_acknowledged_message_survives_twenty_kills(Database product) => SurviveTwentyKillsAsync(product);
}

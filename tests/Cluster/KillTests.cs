using System.Globalization;
using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A server that is killed, again and again, keeps every promise it has made.</summary>
public sealed class KillTests
{
    private const int Kills = 20;
    private const int Senders = 16;
    private const int FirstStarts = 2;
    private static readonly TimeSpan PatienceOfKiller = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    [Theory, EachDatabase]
    public async Task Every_acknowledged_message_survives_twenty_kills(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var crowd = await Crowd.GatherAsync(server, database, Senders);
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();
        var sending = crowd.Senders(ledger).Select(s => Task.Run(() => s.SendAsync(int.MaxValue, stop.Token))).ToList();

        await KillAgainAndAgainAsync(server, ledger, NewRandom(), sending);
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

    [Theory, EachDatabase]
    public async Task A_server_killed_during_its_first_start_starts_the_next_time(Database product)
    {
        var random = NewRandom();
        for (var round = 0; round < FirstStarts; round++)
        {
            await using var database = new ServerDatabase(product);
            await using var server = new ServerProcess(database);
            for (var kill = 0; kill < 3; kill++)
            {
                server.Start();
                await Task.Delay(random.Next(100, 1500), TestContext.Current.CancellationToken);
                await server.KillAsync();
            }

            await server.StartAsync();
            using var somebody = await Client.RegisterAsync(server, "somebody");
            (await somebody.GetAsync("/auth/me")).Is(200);
        }
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

    /// <summary>The same kills again: <c>STOA_TEST_SEED</c>.</summary>
    private static Random NewRandom()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("STOA_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        Say($"STOA_TEST_SEED={seed}");
        return new Random(seed);
    }

    private static void Say(string text) => TestContext.Current.TestOutputHelper!.WriteLine(text);
}

using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>Two servers on one PostgreSQL database are one record.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    private const int Senders = 16;
    private const int MessagesEach = 60;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource stop = new();
    private ServerDatabase database = null!;
    private ServerProcess one = null!;
    private ServerProcess other = null!;
    private Crowd crowd = null!;

    public async ValueTask InitializeAsync()
    {
        var isMissing = EachDatabaseAttribute.Postgres is null;
        Assert.False(isMissing && Environment.GetEnvironmentVariable("CI") == "true", "With CI=true a missing PostgreSQL must not look like success.");
        Assert.SkipWhen(isMissing, $"{EachDatabaseAttribute.Variable} is not set");
        database = new ServerDatabase(Database.Postgres);
        one = new ServerProcess(database, "one", sharesKey: true);
        other = new ServerProcess(database, "other", sharesKey: true);

        // At the same moment, on a database that is not there yet: one of them makes the tables.
        one.Start();
        other.Start();
        await Task.WhenAll(one.AwaitHealthAsync(), other.AwaitHealthAsync());
        crowd = await Crowd.GatherAsync(one, database, Senders);
    }

    [Fact]
    public async Task Messages_sent_through_two_servers_are_numbered_without_gaps()
    {
        var ledger = new Ledger();

        await Task.WhenAll(SendThroughBoth(ledger, MessagesEach));

        Assert.Empty(ledger.Refused);
        Assert.Equal(Senders * MessagesEach, ledger.Acknowledged.Count);
        var record = await ServerRecord.ReadAsync(database.Target);
        record.Holds(ledger);
        record.HasNoGaps();
        record.CountsUnreadRightly();
    }

    [Fact]
    public async Task A_message_sent_again_through_the_other_server_is_the_first_one()
    {
        var (client, conversation) = crowd.Places[0];
        using var there = client.At(other);
        var path = $"/api/conversations/{conversation}/messages";
        var bodies = Enumerable.Range(0, 50).Select(static i => $"twice-{i}").ToList();

        // Both at the same moment: whichever comes first, the other one finds it.
        var answers = await Task.WhenAll(bodies.SelectMany(body => new[] { client, there }.Select(c => c.PostAsync(path, new { content = body, clientMessageId = body }))));

        foreach (var pair in answers.Chunk(2))
            Assert.Equal(Identity(pair[0]), Identity(pair[1]));
        var record = await ServerRecord.ReadAsync(database.Target);
        Assert.Equal(bodies.Order(StringComparer.Ordinal), record.Messages.Where(m => m.ConversationId == conversation).Select(static m => m.Body).Order(StringComparer.Ordinal));
        record.HasNoGaps();
        record.CountsUnreadRightly();
    }

    [Fact]
    public async Task What_a_killed_server_left_undone_is_done_by_the_other()
    {
        var ledger = new Ledger();
        var sending = SendThroughBoth(ledger, int.MaxValue);
        await ledger.GrowsBy(Senders * 20).WaitAsync(DrainLimit, TestContext.Current.CancellationToken);

        await one.KillAsync();
        var left = await ServerRecord.CountOutboxAsync(database.Target);
        await ledger.GrowsBy(Senders * 20).WaitAsync(DrainLimit, TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Task.WhenAll(sending);

        // The test means nothing unless something was left.
        Assert.InRange(left, 1, long.MaxValue);
        await Outbox.DrainsAsync(database, DrainLimit);
        new LogFiles(one.LogFolder, other.LogFolder).Announce(ledger);
        var record = await ServerRecord.ReadAsync(database.Target);
        record.Holds(ledger);
        record.HasNoGaps();
        record.CountsUnreadRightly();
        Assert.Empty(ledger.Refused);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        stop.Dispose();
        crowd?.Dispose();
        foreach (var resource in new IAsyncDisposable?[] { one, other, database })
        {
            if (resource is not null)
                await resource.DisposeAsync();
        }
    }

    /// <summary>Every second place at the other server, so that neighbours in a conversation write through different ones.</summary>
    private Task[] SendThroughBoth(Ledger ledger, int count) =>
    [
        .. crowd.Places.Select((p, i) => new MessageSender(i % 2 == 0 ? p.Client : p.Client.At(other), p.Conversation, p.Client.Name, withClientIds: i % 4 < 2, ledger))
            .Select(s => Task.Run(() => s.SendAsync(count, stop.Token))),
    ];

    private static (long Id, long Seq) Identity(Reply reply)
    {
        var data = reply.Is(201).GetProperty("data");
        return (Reply.IdIn(data.GetProperty("id")), data.GetProperty("seq").GetInt64());
    }
}

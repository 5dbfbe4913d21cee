using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>Many writers of all kinds at once: each is served, none is told that the database is busy.</summary>
[Collection(nameof(Alone))]
public sealed class BusyTests
{
    private const int Senders = 32;
    private const int WritersOfAKind = 4;
    private const int MessagesEach = 100;
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);

    [Theory, EachDatabase]
    public async Task Thirty_two_concurrent_senders_never_see_a_busy_database(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var crowd = await Crowd.GatherAsync(server, database, Senders);
        using var editors = await Crowd.GatherAsync(server, database, 4, "editor");
        var refreshers = await Task.WhenAll(Enumerable.Range(0, WritersOfAKind).Select(i => Client.RegisterAsync(server, $"refresher-{i}")));
        var ledger = new Ledger();
        using var stop = new CancellationTokenSource();

        var sending = Task.WhenAll(crowd.Senders(ledger).Select(s => Task.Run(() => s.SendAsync(MessagesEach, stop.Token))));
        var others = await Task.WhenAll(Enumerable.Range(0, WritersOfAKind).SelectMany(i => (Task<int>[])
        [
            UntilAsync(sending, round => SignUpAsync(server, $"late-{i}-{round}")),
            UntilAsync(sending, RefreshAsync(refreshers[i])),
            UntilAsync(sending, _ => RewriteAsync(editors.Clients[i], editors.Clients[i ^ 1])),
            UntilAsync(sending, round => ReadAllAsync(crowd, round)),
        ]));
        await sending;

        // The test means nothing unless the other writers had their turns meanwhile.
        Assert.All(others, static rounds => Assert.InRange(rounds, 1, int.MaxValue));
        Assert.Empty(ledger.Refused);
        Assert.Equal(Senders * MessagesEach, ledger.Acknowledged.Count);
        await Outbox.DrainsAsync(database, DrainLimit);
        var record = await ServerRecord.ReadAsync(database.Target);
        record.Holds(ledger);
        record.HasNoGaps();
        record.CountsUnreadRightly();
        new LogFiles(server.LogFolder).NeverSay("locked");
    }

    /// <summary>Does it over and over while the messages are sent; returns how often.</summary>
    private static async Task<int> UntilAsync(Task sending, Func<int, Task> once)
    {
        var rounds = 0;
        while (!sending.IsCompleted)
            await once(rounds++);
        return rounds;
    }

    private static async Task SignUpAsync(ServerProcess server, string name)
    {
        using var person = await Client.RegisterAsync(server, name);
        (await person.PostAsync("/auth/login", new { username = person.Name, password = Client.Password })).Is(200);
    }

    private static Func<int, Task> RefreshAsync(Client person)
    {
        var token = person.RefreshToken;
        return async _ => token = (await person.PostAsync("/auth/refresh", new { refresh_token = token })).Is(200).GetProperty("refresh_token").GetString()!;
    }

    /// <summary>Sends, edits, lets the other one read and delete it, deletes it.</summary>
    private static async Task RewriteAsync(Client author, Client reader)
    {
        var id = (await author.PostAsync("/messages", new { recipient_id = reader.Id, content = "first words" })).Is(201).GetProperty("id").GetInt64();
        (await author.PutAsync($"/messages/{id}", new { content = "better words" })).Is(200);
        (await reader.PutAsync($"/messages/{id}/read")).Is(200);
        (await reader.DeleteAsync($"/messages/{id}")).Is(200);
        (await author.DeleteAsync($"/messages/{id}")).Is(200);
    }

    /// <summary>Several of these at once mark the same messages of the same account, while more of them arrive.</summary>
    private static async Task ReadAllAsync(Crowd crowd, int round)
    {
        var reader = crowd.Clients[(Senders / 2) + (round % (Senders / 2))];
        (await reader.PutAsync("/messages/read-all")).Is(200);
    }
}

using Npgsql;
using Slices.Messaging.Doors;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>PostgreSQL locks rows: who sends, and who changes the same participants meanwhile, must not wait for each other.</summary>
/// <remarks>Servers of their own: whoever shared one would wait for these locks too.</remarks>
public sealed class RowLockTests
{
    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task Who_locks_participants_in_their_order_and_who_sends_to_them_do_not_block_each_other(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var talk = await GroupOfEightAsync(stoa);
        // The other one would be the victim, at once.
        await using var locks = await Locks.BeginAsync(stoa, talk, "50ms");
        var people = talk.People.OrderBy(static p => p.Id).ToList();

        await locks.TakeAsync(people[0]);
        var sending = new DirectDoor().WriteAsync(talk, people[3], "while somebody counts");
        await locks.BlockSomebodyAsync();
        foreach (var person in people.Skip(1))
            await locks.TakeAsync(person);
        await locks.EndAsync();

        Assert.Equal(1, (await sending).Seq);
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task A_send_that_the_database_gave_up_for_a_circle_of_locks_is_tried_again(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var talk = await GroupOfEightAsync(stoa);
        // The send is the victim.
        await using var locks = await Locks.BeginAsync(stoa, talk, "10min");
        var people = talk.People.OrderBy(static p => p.Id).ToList();

        await locks.TakeAsync(people[7]);
        var sending = new DirectDoor().WriteAsync(talk, people[3], "against the order");
        await locks.BlockSomebodyAsync();
        await locks.TakeAsync(people[0]);
        await locks.EndAsync();

        var sent = await sending;
        Assert.Equal(1, sent.Seq);
        Assert.Equal([sent.Id], (await new DirectDoor().ReadAsync(talk, people[0])).Select(static s => s.Id));
        Assert.Equal(2, (await new DirectDoor().WriteAsync(talk, people[0], "the next")).Seq);
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task An_event_whose_handler_fails_is_acknowledged_all_the_same(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var talk = await GroupOfEightAsync(stoa);
        await using var socket = await LiveSocket.ConnectAsync(talk.People[0]);
        await using var locks = await Locks.BeginAsync(stoa, talk, "10min");
        await locks.TakeAsync(talk.People[1]);

        var sending = socket.EmitAsync("dm:send_message", new { conversationId = talk.Id, content = "cut off" });
        await locks.BlockSomebodyAsync();
        await locks.CutOffAsync();

        var answer = await sending;
        Assert.False(answer.GetProperty("success").GetBoolean());
        Assert.Equal("unavailable", answer.GetProperty("code").GetString());
        Assert.DoesNotContain("Npgsql", answer.ToString(), StringComparison.Ordinal);
        Assert.Equal("dm:send_message", (await socket.TakeAsync("dm:error")).GetProperty("event").GetString());
        await locks.EndAsync();
        Assert.Equal(1, (await socket.AskAsync("dm:send_message", new { conversationId = talk.Id, content = "again" })).GetProperty("seq").GetInt64());
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task A_row_that_somebody_keeps_fails_the_messages_that_need_it_and_no_others(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var talk = await GroupOfEightAsync(stoa);
        var (ana, ben) = (talk.People[0], talk.People[1]);
        await using var locks = await Locks.BeginAsync(stoa, talk, "10min");
        await locks.TakeAsync(ben);

        var stuck = ana.PostAsync($"/api/conversations/{talk.Id}/messages", new { content = "stuck" });
        await locks.BlockSomebodyAsync();
        var behind = ana.WriteToAsync(ben, "behind it");

        Assert.Equal("5", (await stuck).IsRefusal(503, "unavailable").Headers["Retry-After"]);
        await behind;
        await locks.EndAsync();
        Assert.Equal(1, (await new DirectDoor().WriteAsync(talk, ana, "free again")).Seq);
    }

    private static async Task<Talk> GroupOfEightAsync(StoaServer stoa)
    {
        var people = new List<Person>();
        for (var i = 0; i < 8; i++)
            people.Add(await stoa.RegisterAsync("locked"));
        return await Talk.GroupAsync([.. people]);
    }

    /// <summary>A transaction beside the server's.</summary>
    private sealed class Locks(NpgsqlConnection connection, Talk talk) : IAsyncDisposable
    {
        private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

        /// <param name="patience">After which a circle of locks that this one waits in is looked for.</param>
        public static async Task<Locks> BeginAsync(StoaServer stoa, Talk talk, string patience)
        {
            var connection = new NpgsqlConnection(stoa.Url + ";Pooling=false");
            await connection.OpenAsync(Cancellation);
            var locks = new Locks(connection, talk);
            await locks.RunAsync($"BEGIN; SET LOCAL deadlock_timeout = '{patience}'");
            return locks;
        }

        public Task TakeAsync(Person person) =>
            RunAsync($"SELECT 1 FROM participants WHERE conversation_id = {talk.Id} AND user_id = {person.Id} FOR NO KEY UPDATE");

        /// <summary>Until somebody waits for what is locked.</summary>
        public Task BlockSomebodyAsync() =>
            Eventually.IsAsync(true, () => AskAsync("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"));

        /// <summary>Ends the connection of whoever waits for what is locked.</summary>
        public Task CutOffAsync() =>
            RunAsync("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))");

        public Task EndAsync() => RunAsync("COMMIT");

        public ValueTask DisposeAsync() => connection.DisposeAsync();

        private async Task<bool> AskAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return (bool)(await command.ExecuteScalarAsync(Cancellation))!;
        }

        private async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }
    }
}

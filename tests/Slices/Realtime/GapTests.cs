using System.Globalization;
using System.Text.Json;
using Npgsql;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

/// <summary>Two servers that did not hear each other for a while, because Redis was away: one thing happens meanwhile, and silence after it.</summary>
public sealed class GapTests
{
    [Theory]
    [EachDatabase("both", PostgresOnly = true)]
    [EachDatabase("the follower's", PostgresOnly = true)]
    [EachDatabase("the sender's", PostgresOnly = true)]
    public async Task Who_was_connected_all_the_time_is_told_what_happened_while_servers_did_not_hear_each_other(Database database, string cut)
    {
        await using var pair = Pair.Start(database);
        var (una, ana) = await pair.One.TwoPeopleAsync();
        await una.WriteToAsync(ana, "before");
        var conversation = new { conversationId = Digits(await una.ConversationWithAsync(ana)) };
        await using var follower = await LiveSocket.ConnectAsync(ana, pair.Two);
        await using var sender = await LiveSocket.ConnectAsync(una, pair.One);
        await follower.AskAsync("dm:join_conversation", conversation);
        await sender.AskAsync("dm:join_conversation", conversation);
        var first = (await una.WriteToAsync(ana, "first")).Body.GetProperty("id").GetInt64();
        foreach (var socket in (LiveSocket[])[follower, sender])
            await socket.TakeAsync("dm:message_received", static e => Text(e) == "first");
        await follower.TakeAsync("dm:new_message");

        pair.Cut(cut);
        await una.WriteToAsync(ana, "meanwhile");
        await sender.TakeAsync("dm:message_received", static e => Text(e) == "meanwhile");
        (await una.PutAsync($"/messages/{first}", new { content = "changed" })).Is(200);
        await sender.TakeAsync("dm:message_edited", static e => Text(e) == "changed");
        await follower.AskAsync("dm:mark_read", conversation);
        await follower.TakeAsync("dm:messages_read");
        Assert.False(follower.Heard("meanwhile"));
        pair.Mend(cut);

        await follower.TakeAsync("dm:message_received", static e => Text(e) == "meanwhile");
        await follower.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "meanwhile");
        await follower.TakeAsync("dm:message_edited", static e => Text(e) == "changed");
        await sender.TakeAsync("dm:messages_read", e => e.GetProperty("readBy").GetString() == Digits(ana.Id));

        // Servers hear each other again, and nobody was told a message twice, or one from before he came.
        await una.WriteToAsync(ana, "after");
        foreach (var socket in (LiveSocket[])[follower, sender])
            await socket.TakeAsync("dm:message_received", static e => Text(e) == "after");
        await follower.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "after");
        Assert.False(follower.Took("dm:message_received"));
        Assert.False(sender.Took("dm:message_received"));
        Assert.False(follower.Took("dm:new_message"));
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task More_than_can_be_told_closes_the_sockets_so_that_their_clients_come_back_and_read(Database database)
    {
        await using var pair = Pair.Start(database);
        var (una, ana) = await pair.One.TwoPeopleAsync();
        await una.WriteToAsync(ana, "one of many");
        await using var follower = await LiveSocket.ConnectAsync(ana, pair.Two);

        pair.Cut("the follower's");
        await using (var connection = new NpgsqlConnection(pair.One.Url))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var many = connection.CreateCommand();
            many.CommandText =
                """
                INSERT INTO messages (conversation_id, seq, sender_id, recipient_id, type, body, is_redacted, sent_at, hidden_from_sender, hidden_from_recipient)
                SELECT conversation_id, seq + n, sender_id, recipient_id, type, body, is_redacted, now(), false, false FROM messages, generate_series(1, 2001) AS n;
                UPDATE conversations SET last_seq = last_seq + 2001;
                """;
            await many.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        pair.Mend("the follower's");

        await follower.TakeAsync("disconnect");
        Assert.False(follower.Took("dm:message_received"));
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task Who_came_while_servers_did_not_hear_each_other_is_seen_to_be_there(Database database)
    {
        await using var pair = Pair.Start(database);
        var (una, ana) = await pair.One.TwoPeopleAsync();
        await una.WriteToAsync(ana, "before");
        await ana.WriteToAsync(una, "before");
        await using var watching = await LiveSocket.ConnectAsync(ana, pair.Two);

        pair.Cut("both");
        await using var came = await LiveSocket.ConnectAsync(una, pair.One);
        await Eventually.IsAsync("online", async () =>
            (await ana.GetAsync($"/api/presence?ids={una.Id}")).Is(200).Body.GetProperty("presence")[0].GetProperty("status").GetString());
        Assert.DoesNotContain("user_presence", watching.Seen());
        pair.Mend("both");

        var news = await watching.TakeAsync("user_presence");
        Assert.Equal((Digits(una.Id), "online"), (news.GetProperty("user_id").GetString(), news.GetProperty("status").GetString()));
    }

    private static string? Text(JsonElement message) => message.GetProperty("content").GetString();

    private static string Digits(long id) => id.ToString(CultureInfo.InvariantCulture);

    /// <summary>Two servers of one database, each with a way of its own to the same Redis.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        private const string Key = "0123456789abcdef0123456789abcdef";
        private readonly TcpRelay oneToRedis;
        private readonly TcpRelay twoToRedis;

        private Pair(Database database, string redis)
        {
            (oneToRedis, twoToRedis) = (new TcpRelay(redis), new TcpRelay(redis));
            var prefix = ("Redis:Prefix", Guid.NewGuid().ToString("N"));
            One = StoaServer.Start(database, null, ("Redis:Url", $"redis://{oneToRedis.Address}"), prefix, ("Tokens:Secret", Key));
            Two = StoaServer.On(One.Url, database, ("Redis:Url", $"redis://{twoToRedis.Address}"), prefix);
        }

        public StoaServer One { get; }

        public StoaServer Two { get; }

        public static Pair Start(Database database)
        {
            var redis = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
            Assert.SkipWhen(string.IsNullOrEmpty(redis), "STOA_TEST_REDIS is not set");
            return new Pair(database, redis!);
        }

        public void Cut(string which) => Of(which).ForEach(static r => r.Cut());

        public void Mend(string which) => Of(which).ForEach(static r => r.Mend());

        public async ValueTask DisposeAsync()
        {
            await Two.DisposeAsync();
            await One.DisposeAsync();
            twoToRedis.Dispose();
            oneToRedis.Dispose();
        }

        private List<TcpRelay> Of(string which) => which switch
        {
            "the sender's" => [oneToRedis],
            "the follower's" => [twoToRedis],
            _ => [oneToRedis, twoToRedis],
        };
    }
}

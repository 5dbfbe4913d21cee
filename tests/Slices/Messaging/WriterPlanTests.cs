using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Core.Conversations;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>The writer's statements are prepared once. On PostgreSQL their plan must be good for a large table although the first one was made for an empty table.</summary>
public sealed class WriterPlanTests
{
    private const int Before = 3_000;
    private const int Sends = 200;

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task A_send_reads_the_table_of_messages_by_its_indexes_also_where_it_was_empty_at_the_start(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "the first");
        var conversation = await ana.ConversationWithAsync(ben);
        var log = stoa.Services.GetRequiredService<MessageLog>();
        var sent = 1;

        // One by one, so that the plan is made while there is next to nothing.
        for (var i = 0; i < 20; i++)
            await SendAsync();
        await Task.WhenAll(Enumerable.Range(0, Before).Select(_ => SendAsync()));
        var (_, readBefore) = await CountedAsync(sent);
        for (var i = 0; i < Sends; i++)
            await SendAsync();
        var (inserted, read) = await CountedAsync(sent);

        // A look through the whole table for each send would be more than half a million rows; the search index looks through it now and then.
        Assert.True(read - readBefore < Sends * Before / 4, $"{read - readBefore} rows were read one after the other for {Sends} sends among {inserted}");

        async Task SendAsync()
        {
            var id = Interlocked.Increment(ref sent).ToString(CultureInfo.InvariantCulture);
            var draft = new MessageDraft(conversation, ana.Id, ben.Id, MessageType.Text, "m", null, id, TimeProvider.System.GetUtcNow());
            Assert.Null((await log.Append(draft, TestContext.Current.CancellationToken)).Refusal);
        }

        // A session tells its counters now and then, all together: when the inserts are counted, so is what was read for them.
        Task<(long Inserted, long Read)> CountedAsync(long expected) => Eventually.GetAsync(
            async () =>
            {
                await SendAsync();
                return await CountersAsync(stoa.Url);
            },
            seen => seen.Inserted >= expected,
            seen => $"{seen.Inserted} of {expected} inserts were counted");
    }

    private static async Task<(long Inserted, long Read)> CountersAsync(string url)
    {
        await using var connection = new NpgsqlConnection(url + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT n_tup_ins, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'messages'", connection);
        await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        Assert.True(await row.ReadAsync(TestContext.Current.CancellationToken));
        return (row.GetInt64(0), row.GetInt64(1));
    }
}

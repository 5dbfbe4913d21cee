using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Stoa.Core.Conversations;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>A database server that closes connections, as one that is restarted does.</summary>
public sealed class LostConnectionTests
{
    [Theory, EachDatabase]
    public async Task The_message_log_goes_on_after_its_idle_connections_were_closed(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        for (var i = 1; i <= 4; i++)
            await ana.WriteToAsync(ben, $"before {i}");
        var log = stoa.Services.GetRequiredService<MessageLog>();
        var id = await ana.ConversationWithAsync(ben);

        if (database == Database.Postgres)
            await CloseConnectionsAsync(stoa.Url);
        var after = await log.Append(
            new MessageDraft(id, ana.Id, ben.Id, MessageType.Text, "after", null, null, TimeProvider.System.GetUtcNow()), TestContext.Current.CancellationToken);

        Assert.Equal(5, after.Value.Message.Seq);
    }

    private static async Task CloseConnectionsAsync(string url)
    {
        await using var connection = new NpgsqlConnection(url + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

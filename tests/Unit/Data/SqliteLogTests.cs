using Microsoft.Data.Sqlite;
using Stoa.Core.Data;
using Xunit;

namespace Unit.Data;

/// <summary>The write-ahead log is cut when nobody reads from it, and left alone, without harm, while somebody does.</summary>
public sealed class SqliteLogTests : IDisposable
{
    private const long Limit = 100_000;
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-wal-").FullName;

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_log_that_has_grown_is_cut_once_its_readers_are_done()
    {
        var target = DatabaseUrl.File(Path.Combine(folder, "log.db"));
        await using var writer = await OpenAsync(target);
        await RunAsync(writer, "CREATE TABLE t (a TEXT)");
        Assert.True(await SqliteLog.ShortenAsync(target, Limit, TestContext.Current.CancellationToken));

        await using (var reader = await OpenAsync(target))
        {
            await RunAsync(reader, "BEGIN");
            await RunAsync(reader, "SELECT count(*) FROM t");
            await GrowAsync(writer);
            Assert.InRange(SqliteLog.SizeOf(target), Limit, long.MaxValue);
            Assert.False(await SqliteLog.ShortenAsync(target, Limit, TestContext.Current.CancellationToken));

            // Whoever was kept waiting goes on.
            await RunAsync(writer, "INSERT INTO t VALUES ('after')");
        }

        Assert.True(await SqliteLog.ShortenAsync(target, Limit, TestContext.Current.CancellationToken));
        Assert.Equal(0, SqliteLog.SizeOf(target));
        await using var check = writer.CreateCommand();
        check.CommandText = "SELECT count(*) FROM t";
        Assert.Equal(201L, await check.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<SqliteConnection> OpenAsync(DatabaseTarget target)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(target.Connection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await RunAsync(connection, SqlitePragmas.Sql);
        return connection;
    }

    private static async Task GrowAsync(SqliteConnection writer)
    {
        for (var i = 0; i < 200; i++)
            await RunAsync(writer, "INSERT INTO t VALUES (hex(zeroblob(2000)))");
    }

    private static async Task RunAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

using Microsoft.Data.Sqlite;

namespace Stoa.Core.Data;

/// <summary>SQLite's write-ahead log: kept short, because whoever opens the file after a crash has to read it, and nothing else ever gives its room back.</summary>
/// <remarks>
/// SQLite copies the log into the file as it goes, but starts it anew only at a moment at which nobody reads from it; under steady load there is none by itself
/// (546 MB after eighteen minutes were seen). Here the write gate makes one: no new frames come while it is held, readers end with their statement.
/// </remarks>
public static class SqliteLog
{
    /// <summary>Beyond this the log is shortened.</summary>
    public const long MaxBytes = 64L * 1024 * 1024;

    // Readers that take longer keep the log as it is until the next look; writers do not wait for them any longer than this.
    private const int PatienceMilliseconds = 500;

    /// <summary>The log's size; 0 when there is none.</summary>
    public static long SizeOf(DatabaseTarget target) => new FileInfo(PathOf(target)) is { Exists: true } log ? log.Length : 0;

    /// <summary>Copies the log into the database and cuts it to nothing, when it is larger than <paramref name="limit"/>.</summary>
    /// <returns>False: somebody reads from it for longer than half a second; nothing is lost, and the next call tries again.</returns>
    public static async Task<bool> ShortenAsync(DatabaseTarget target, long limit, CancellationToken cancellation)
    {
        if (SizeOf(target) <= limit)
            return true;
        await using var connection = new SqliteConnection(new SqliteConnectionStringBuilder(target.Connection) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA busy_timeout={PatienceMilliseconds}; PRAGMA wal_checkpoint(TRUNCATE);";
        var gate = SqliteStoaDb.GateOf(target.Connection);
        await gate.WaitAsync(cancellation);
        try
        {
            // The first answer is the timeout, the second: busy, frames in the log, frames copied.
            await using var answers = await command.ExecuteReaderAsync(cancellation);
            await answers.NextResultAsync(cancellation);
            return await answers.ReadAsync(cancellation) && answers.GetInt64(0) == 0;
        }
        finally
        {
            gate.Release();
        }
    }

    private static string PathOf(DatabaseTarget target) => DatabaseUrl.FileOf(target) + "-wal";
}

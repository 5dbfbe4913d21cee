using System.Data;
using System.Data.Common;

namespace Stoa.SocketIO.Sql;

/// <summary>A transaction that takes the file's write lock in seconds or fails. The driver's own waits for its default time-out, half a minute, in which events would stand still.</summary>
internal sealed class SqliteTransaction : DbTransaction
{
    private const int PatienceSeconds = 5;
    private readonly DbConnection _connection;
    private bool _over;

    private SqliteTransaction(DbConnection connection) => _connection = connection;

    /// <inheritdoc/>
    public override IsolationLevel IsolationLevel => IsolationLevel.Serializable;

    /// <inheritdoc/>
    protected override DbConnection DbConnection => _connection;

    public static async Task<DbTransaction> BeginAsync(DbConnection connection, CancellationToken cancellation)
    {
        await using var begin = connection.CreateCommand();
        begin.CommandText = "BEGIN IMMEDIATE";
        begin.CommandTimeout = PatienceSeconds;
        await begin.ExecuteNonQueryAsync(cancellation);
        return new SqliteTransaction(connection);
    }

    /// <inheritdoc/>
    public override void Commit()
    {
        using var command = Command();
        command.CommandText = "COMMIT";
        command.ExecuteNonQuery();
        _over = true;
    }

    /// <inheritdoc/>
    public override void Rollback()
    {
        _over = true;
        using var command = Command();
        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_over)
        {
            try
            {
                Rollback();
            }
            catch (DbException)
            {
                // The file has rolled back by itself, as it does e.g. when the disk is full.
            }
        }

        base.Dispose(disposing);
    }

    private DbCommand Command()
    {
        var command = _connection.CreateCommand();
        command.CommandTimeout = PatienceSeconds;
        return command;
    }
}

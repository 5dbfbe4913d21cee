using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Stoa.Core.Data;

/// <summary>Sets what SQLite keeps per connection, once for each physical connection.</summary>
/// <remarks>EF reports every opening, pooled ones too; repeating the statements there would be paid by every read.</remarks>
public sealed class SqlitePragmas : DbConnectionInterceptor
{
    /// <summary>
    /// No memory map: every connection would map the file anew whenever it has grown, which cost a tenth of a send; reads gained nothing from it.
    /// busy_timeout matters only against other processes: within this one the write gate comes first. A log that is begun anew gives back what it holds beyond its limit
    /// (<see cref="SqliteLog"/>). The pages that all connections of the process keep together are bounded: one that needs more takes those it has.
    /// </summary>
    public const string Sql =
        "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4000;"
        + "PRAGMA journal_size_limit=67108864; PRAGMA soft_heap_limit=67108864;";

    private static readonly object Marker = new();

    private readonly ConditionalWeakTable<object, object> seen = [];

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        var sqlite = (SqliteConnection)connection;
        if (sqlite.Handle is { } handle && seen.TryAdd(handle, Marker))
        {
            using var command = sqlite.CreateCommand();
            command.CommandText = Sql;
            command.ExecuteNonQuery();
        }
    }

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}

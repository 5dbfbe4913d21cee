using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Stoa.Core.Data;

/// <summary>Tells a record that is out of reach for now from a fault of ours.</summary>
public static class RecordOutage
{
    // PostgreSQL, appendix A: read_only_sql_transaction, what a server that was switched over to another answers to writes.
    private const string ReadOnly = "25006";

    // https://www.sqlite.org/rescode.html: the file or its disk cannot take or give what is asked, now. A damaged file (CORRUPT, NOTADB) is no outage: waiting does not mend it.
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteIoError = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;

    // PostgreSQL, appendix A: connection, authorization, missing database, read-only, resources, being stopped, system, damage; and a role that may not.
    private static readonly string[] PostgresStates = ["08", "28", "3D", ReadOnly, "53", "57", "58", "XX001", "XX002", "42501"];

    // PERM, BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH, NOTADB.
    private static readonly int[] SqliteCodes = [3, SqliteBusy, SqliteLocked, SqliteReadOnly, SqliteIoError, 11, SqliteFull, SqliteCannotOpen, 23, 26];

    /// <summary>True when the way to the database, its state or the right to it is at fault, for a while or until somebody mends it; false: a statement of ours is.</summary>
    public static bool IsAround(DbException fault) => fault switch
    {
        PostgresException postgres => Array.Exists(PostgresStates, s => postgres.SqlState.StartsWith(s, StringComparison.Ordinal)),
        NpgsqlException => true,
        SqliteException sqlite => SqliteCodes.Contains(sqlite.SqliteErrorCode),
        _ => false,
    };

    /// <summary>True when a start that is tried again later may succeed with nothing changed: somebody else had the file, or its disk had no room or an error.</summary>
    public static bool PassesByItself(DbException fault) =>
        fault.IsTransient || fault is SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked or SqliteIoError or SqliteFull };

    /// <summary>True when a lack of room may be behind it: <c>FULL</c>, and <c>IOERR</c>, which is all that SQLite says when its shared memory finds none.</summary>
    public static bool MayLackRoom(DbException fault) => fault is SqliteException { SqliteErrorCode: SqliteIoError or SqliteFull };

    /// <summary>True when the same may succeed once the database, its disk or the way to it is well again.</summary>
    /// <remarks>
    /// Whether something was written is not known when the way broke in the middle of a commit: a repetition with the same client id finds out. What the PostgreSQL driver itself calls transient, wherever in the chain of causes it stands: EF wraps it.
    /// </remarks>
    public static bool Is(Exception? fault)
    {
        for (; fault is not null; fault = fault.InnerException)
        {
            if (fault is NpgsqlException { IsTransient: true } or PostgresException { SqlState: ReadOnly })
                return true;
            if (fault is SqliteException { SqliteErrorCode: SqliteBusy or SqliteLocked or SqliteReadOnly or SqliteIoError or SqliteFull or SqliteCannotOpen })
                return true;
        }

        return false;
    }
}

using Microsoft.Data.Sqlite;
using Npgsql;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.SocketIO;
using Stoa.SocketIO.Sql;

namespace Stoa.Server.Realtime;

/// <summary>How servers hear each other, and where lost sockets are kept (ADR 12).</summary>
internal static class Nodes
{
    private const string SocketsFile = "sockets.db";

    /// <summary>Redis when there is one; else the PostgreSQL database; else one server, in memory, or in a file beside the database when sockets are to be recovered.</summary>
    public static void AddNodes(this IServiceCollection services, StoaSettings settings)
    {
        var database = settings.Database.Target;
        if (settings.Redis.Configuration is { } redis)
            services.AddSocketIORedis(redis, o => o.ChannelPrefix = settings.Redis.Prefix);
        else if (database.Kind == DatabaseKind.Postgres)
            services.AddSocketIOSql(new PostgresDialect(() => new NpgsqlConnection(Reset(database.Connection)), static (c, time, stop) => ((NpgsqlConnection)c).WaitAsync(time, stop)));
        else if (settings.SocketIO.RecoverFor > TimeSpan.Zero)
            services.AddSocketIOSql(new SqliteDialect(() => new SqliteConnection(Beside(database.Connection))));
    }

    // A pool of their own, whose connections are reset: one of them listens.
    private static string Reset(string connection) => new NpgsqlConnectionStringBuilder(connection) { NoResetOnClose = false }.ConnectionString;

    // A file of its own: in the record's, events would wait for messages and messages for events.
    private static string Beside(string connection)
    {
        var file = Path.GetFullPath(new SqliteConnectionStringBuilder(connection).DataSource);
        return new SqliteConnectionStringBuilder { DataSource = Path.Combine(Path.GetDirectoryName(file)!, SocketsFile) }.ConnectionString;
    }
}

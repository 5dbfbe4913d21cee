using System.Data.Common;

namespace Stoa.SocketIO.Sql;

/// <summary>The four tables and every statement on them.</summary>
internal sealed class SqlTables(SqlDialect dialect, string prefix)
{
    private const int PageSize = 200;
    private const int TimeoutSeconds = 5;

    public async Task CreateAsync(DbConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var statements = new[]
        {
            dialect.SchemaLock(prefix),
            $"CREATE TABLE IF NOT EXISTS {prefix}log (id {dialect.KeyType}, space text NOT NULL, node text NOT NULL, target text, kind smallint NOT NULL, number bigint NOT NULL, written bigint NOT NULL, body {dialect.BytesType} NOT NULL)",
            $"CREATE TABLE IF NOT EXISTS {prefix}sessions (private_id text NOT NULL, space text NOT NULL, node text NOT NULL, was text, live smallint NOT NULL, ends bigint NOT NULL, body {dialect.BytesType} NOT NULL, PRIMARY KEY (private_id, space))",
            $"CREATE INDEX IF NOT EXISTS {prefix}sessions_ends ON {prefix}sessions (ends)",
            $"CREATE TABLE IF NOT EXISTS {prefix}nodes (node text NOT NULL, space text NOT NULL, seen bigint NOT NULL, PRIMARY KEY (node, space))",
            $"CREATE TABLE IF NOT EXISTS {prefix}epoch (epoch text NOT NULL)",
            $"INSERT INTO {prefix}epoch (epoch) SELECT '{NewEpoch()}' WHERE NOT EXISTS (SELECT 1 FROM {prefix}epoch)",
        };
        foreach (var statement in statements)
        {
            if (statement is not null)
                await RunAsync(connection, statement, cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Which log this is: offsets of another one, deleted or restored, must not be taken for its own.</summary>
    public async Task<string> EpochAsync(DbConnection connection, CancellationToken cancellation) =>
        (string)(await OneAsync(connection, $"SELECT epoch FROM {prefix}epoch", cancellation))!;

    /// <summary>Makes it another log; whoever does so at the same time makes the same one.</summary>
    public async Task<string> RenewEpochAsync(DbConnection connection, string epoch, CancellationToken cancellation)
    {
        await RunAsync(connection, $"UPDATE {prefix}epoch SET epoch = @new WHERE epoch = @old", cancellation, ("new", NewEpoch()), ("old", epoch));
        return await EpochAsync(connection, cancellation);
    }

    public async Task<long> LastAsync(DbConnection connection, CancellationToken cancellation) =>
        Convert.ToInt64(await OneAsync(connection, $"SELECT COALESCE(max(id), 0) FROM {prefix}log", cancellation), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The last row that a node reads.</summary>
    public async Task<long> LastForAsync(DbConnection connection, string node, CancellationToken cancellation) =>
        Convert.ToInt64(
            await OneAsync(connection, $"SELECT COALESCE(max(id), 0) FROM {prefix}log WHERE target IS NULL OR target = @node", cancellation, ("node", node)),
            System.Globalization.CultureInfo.InvariantCulture);

    public async Task<bool> HoldsAsync(DbConnection connection, long id, CancellationToken cancellation) =>
        await OneAsync(connection, $"SELECT 1 FROM {prefix}log WHERE id = @id", cancellation, ("id", id)) is not null;

    /// <summary>What tells a row from another one that got the same id in a log that has lost its end; null when there is none of this id.</summary>
    public async Task<string?> SignAsync(DbConnection connection, long id, CancellationToken cancellation) =>
        await OneAsync(connection, $"SELECT node || ' ' || kind || ' ' || number FROM {prefix}log WHERE id = @id", cancellation, ("id", id)) as string;

    /// <summary>The next rows for a node; fewer than asked for when there are no more.</summary>
    public Task<List<SqlRow>> ReadAsync(DbConnection connection, long after, string node, CancellationToken cancellation) =>
        RowsAsync(connection, $"SELECT id, space, node, target, kind, number, body FROM {prefix}log WHERE id > @after AND (target IS NULL OR target = @node) ORDER BY id LIMIT {PageSize}", cancellation, ("after", after), ("node", node));

    /// <summary>The next events of a namespace, and marks.</summary>
    public Task<List<SqlRow>> ReadEventsAsync(DbConnection connection, long after, string space, CancellationToken cancellation) =>
        RowsAsync(
            connection,
            $"SELECT id, space, node, target, kind, number, body FROM {prefix}log WHERE id > @after AND ((kind = {(short)RowKind.Event} AND space = @space) OR kind = {(short)RowKind.Mark}) ORDER BY id LIMIT {PageSize}",
            cancellation,
            ("after", after),
            ("space", space));

    /// <summary>Within a transaction: everything of a batch.</summary>
    public async Task AppendAsync(DbConnection connection, IReadOnlyList<SqlRow> rows, CancellationToken cancellation)
    {
        if (dialect.AppendLock(prefix) is { } takeLock)
            await RunAsync(connection, takeLock, cancellation);
        await using (var command = Command(connection, ""))
        {
            var values = new List<string>(rows.Count);
            for (var i = 0; i < rows.Count; i++)
            {
                var row = rows[i];
                values.Add($"(@s{i}, @n{i}, @t{i}, {(short)row.Kind}, {row.Number}, {dialect.Now}, @b{i})");
                Add(command, $"s{i}", row.Space);
                Add(command, $"n{i}", row.Node);
                Add(command, $"t{i}", row.Target, text: true);
                Add(command, $"b{i}", row.Body);
            }

            command.CommandText = $"INSERT INTO {prefix}log (space, node, target, kind, number, written, body) VALUES {string.Join(", ", values)}";
            await command.ExecuteNonQueryAsync(cancellation);
        }

        if (dialect.Wake(prefix) is { } wake)
            await RunAsync(connection, wake, cancellation);
    }

    public Task SaveSessionAsync(DbConnection connection, string privateId, string space, string node, bool live, long lifeMilliseconds, byte[] body, CancellationToken cancellation) =>
        RunAsync(
            connection,
            // Another node's by now: this one was taken for dead, and is late.
            $"INSERT INTO {prefix}sessions (private_id, space, node, live, ends, body) VALUES (@id, @space, @node, {(live ? 1 : 0)}, {dialect.Now} + {lifeMilliseconds}, @body) " +
            "ON CONFLICT (private_id, space) DO UPDATE SET live = excluded.live, ends = excluded.ends, body = excluded.body " +
            $"WHERE {prefix}sessions.node = excluded.node",
            cancellation,
            ("id", privateId),
            ("space", space),
            ("node", node),
            ("body", body));

    public Task DeleteSessionAsync(DbConnection connection, string privateId, string space, string node, CancellationToken cancellation) =>
        RunAsync(connection, $"DELETE FROM {prefix}sessions WHERE private_id = @id AND space = @space AND node = @node", cancellation, ("id", privateId), ("space", space), ("node", node));

    /// <summary>
    /// Makes a session this node's when it was saved at its end, or when its node is dead; of two that ask, one gets it. It changes hands in one
    /// statement: taken away and written again later, it would be missing for a client that is lost in between.
    /// </summary>
    public async Task<(string Was, byte[] Body)?> TakeSessionAsync(
        DbConnection connection, string privateId, string space, string node, long nodeLife, long lifeMilliseconds, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            $"UPDATE {prefix}sessions SET was = node, node = @node, live = 1, ends = {dialect.Now} + {lifeMilliseconds} " +
            $"WHERE private_id = @id AND space = @space AND ends > {dialect.Now} " +
            $"AND (live = 0 OR node NOT IN (SELECT node FROM {prefix}nodes WHERE seen > {dialect.Now} - {nodeLife})) RETURNING was, body",
            ("id", privateId),
            ("space", space),
            ("node", node));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), (byte[])reader.GetValue(1)) : null;
    }

    /// <summary>When the node of a session that is still live was last heard; null when there is no such session.</summary>
    public async Task<(string Node, long Seen)?> OwnerAsync(DbConnection connection, string privateId, string space, CancellationToken cancellation)
    {
        await using var command = Command(
            connection,
            $"SELECT s.node, COALESCE(max(n.seen), 0) FROM {prefix}sessions s LEFT JOIN {prefix}nodes n ON n.node = s.node WHERE s.private_id = @id AND s.space = @space AND s.ends > {dialect.Now} GROUP BY s.node",
            ("id", privateId),
            ("space", space));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0), reader.GetInt64(1)) : null;
    }

    public Task BeatAsync(DbConnection connection, string node, string space, CancellationToken cancellation) =>
        RunAsync(
            connection,
            $"INSERT INTO {prefix}nodes (node, space, seen) VALUES (@node, @space, {dialect.Now}) ON CONFLICT (node, space) DO UPDATE SET seen = excluded.seen",
            cancellation,
            ("node", node),
            ("space", space));

    /// <summary>The node leaves one namespace, or all.</summary>
    public Task ForgetNodeAsync(DbConnection connection, string node, string? space, CancellationToken cancellation) =>
        space is null
            ? RunAsync(connection, $"DELETE FROM {prefix}nodes WHERE node = @node", cancellation, ("node", node))
            : RunAsync(connection, $"DELETE FROM {prefix}nodes WHERE node = @node AND space = @space", cancellation, ("node", node), ("space", space));

    /// <summary>Nodes that live, this one included.</summary>
    /// <param name="space">Only those that serve this namespace; null for all.</param>
    public async Task<int> CountNodesAsync(DbConnection connection, string? space, long nodeLife, CancellationToken cancellation)
    {
        var where = space is null ? "" : " AND space = @space";
        (string, object)[] parameters = space is null ? [] : [("space", space)];
        var count = await OneAsync(connection, $"SELECT count(DISTINCT node) FROM {prefix}nodes WHERE seen > {dialect.Now} - {nodeLife}{where}", cancellation, parameters);
        return Convert.ToInt32(count, System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The nodes that live, whatever they serve.</summary>
    public async Task<HashSet<string>> LivingAsync(DbConnection connection, long nodeLife, CancellationToken cancellation)
    {
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        await using var command = Command(connection, $"SELECT DISTINCT node FROM {prefix}nodes WHERE seen > {dialect.Now} - {nodeLife}");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
            nodes.Add(reader.GetString(0));
        return nodes;
    }

    /// <summary>Deletes what is too old or too much: always a beginning of the log, never a hole in it.</summary>
    public async Task TrimAsync(DbConnection connection, long keepMilliseconds, long keepRows, long nodeLife, CancellationToken cancellation)
    {
        await RunAsync(connection, $"DELETE FROM {prefix}log WHERE id <= (SELECT max(id) FROM {prefix}log WHERE written < {dialect.Now} - {keepMilliseconds})", cancellation);
        await RunAsync(connection, $"DELETE FROM {prefix}log WHERE id <= (SELECT max(id) - {keepRows} FROM {prefix}log)", cancellation);
        await RunAsync(connection, $"DELETE FROM {prefix}sessions WHERE ends < {dialect.Now}", cancellation);
        await RunAsync(connection, $"DELETE FROM {prefix}nodes WHERE seen < {dialect.Now} - {Math.Max(nodeLife * 10, keepMilliseconds * 2)}", cancellation);
    }

    private static string NewEpoch() => Guid.NewGuid().ToString("N")[..8];

    private static async Task<List<SqlRow>> RowsAsync(DbConnection connection, string sql, CancellationToken cancellation, params (string, object)[] parameters)
    {
        var rows = new List<SqlRow>();
        await using var command = Command(connection, sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(new SqlRow(
                reader.GetInt64(0),
                reader.GetString(1),
                reader.GetString(2),
                await reader.IsDBNullAsync(3, cancellation) ? null : reader.GetString(3),
                (RowKind)reader.GetInt16(4),
                reader.GetInt64(5),
                (byte[])reader.GetValue(6)));
        }

        return rows;
    }

    private static async Task<object?> OneAsync(DbConnection connection, string sql, CancellationToken cancellation, params (string, object)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        return await command.ExecuteScalarAsync(cancellation);
    }

    private static async Task RunAsync(DbConnection connection, string sql, CancellationToken cancellation, params (string, object)[] parameters)
    {
        await using var command = Command(connection, sql, parameters);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static DbCommand Command(DbConnection connection, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // Built from constants and from the prefix, whose characters are checked; values are parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.CommandTimeout = TimeoutSeconds;
        foreach (var (name, value) in parameters)
            Add(command, name, value);
        return command;
    }

    private static void Add(DbCommand command, string name, object? value, bool text = false)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        if (text)
            parameter.DbType = System.Data.DbType.String;
        command.Parameters.Add(parameter);
    }
}

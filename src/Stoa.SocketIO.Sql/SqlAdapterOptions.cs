namespace Stoa.SocketIO.Sql;

/// <summary>Settings of the SQL adapter. Checked when the application starts; a value outside of its range stops the start.</summary>
public sealed class SqlAdapterOptions
{
    /// <summary>Where the log is kept. Required.</summary>
    public SqlDialect? Dialect { get; set; }

    /// <summary>What the names of all tables begin with; the same on all nodes. 1 to 40 lower-case letters, digits and underscores; default <c>socketio_</c>.</summary>
    public string TablePrefix { get; set; } = "socketio_";

    /// <summary>How long the answers of other nodes are waited for. 100 ms to 5 minutes; default 5 s.</summary>
    public TimeSpan RequestsTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often SQLite is looked at for rows of other processes; a node's own rows are seen at once. 5 ms to 5 s; default 50 ms.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How often a node says that it lives. A node that was not heard for five times that long counts as dead, and its sessions can be recovered. 100 ms to 1 minute; default 1 s.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most rows that wait to be written; more are dropped and counted. 100 to 1,000,000; default 10,000.</summary>
    public int MaxWaitingRows { get; set; } = 10_000;

    internal TimeSpan NodeLife => Heartbeat * 5;

    internal IEnumerable<string> Problems()
    {
        if (Dialect is null)
            yield return $"{nameof(Dialect)} must say where the log is kept.";
        if (TablePrefix is not { Length: > 0 and <= 40 } || !TablePrefix.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_') || char.IsAsciiDigit(TablePrefix[0]))
            yield return $"{nameof(TablePrefix)} must have 1 to 40 lower-case letters, digits and underscores, and not begin with a digit.";
        if (RequestsTimeout < TimeSpan.FromMilliseconds(100) || RequestsTimeout > TimeSpan.FromMinutes(5))
            yield return $"{nameof(RequestsTimeout)} must be between 100 ms and 5 minutes, but is {RequestsTimeout}.";
        if (PollInterval < TimeSpan.FromMilliseconds(5) || PollInterval > TimeSpan.FromSeconds(5))
            yield return $"{nameof(PollInterval)} must be between 5 ms and 5 seconds, but is {PollInterval}.";
        if (Heartbeat < TimeSpan.FromMilliseconds(100) || Heartbeat > TimeSpan.FromMinutes(1))
            yield return $"{nameof(Heartbeat)} must be between 100 ms and 1 minute, but is {Heartbeat}.";
        if (MaxWaitingRows is < 100 or > 1_000_000)
            yield return $"{nameof(MaxWaitingRows)} must be between 100 and 1000000, but is {MaxWaitingRows}.";
    }
}

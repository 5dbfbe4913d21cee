using Stoa.Core.Data;

namespace Stoa.Server.Hosting.Settings;

/// <summary>Where the record is kept.</summary>
public sealed class DatabaseSettings
{
    /// <summary>
    /// <c>sqlite:///./file.db</c>, <c>sqlite:////absolute/file.db</c>, <c>postgresql://user:password@host:port/name?sslmode=…</c>, or an
    /// ADO.NET connection string. Empty: a SQLite file in the data folder.
    /// </summary>
    [Secret, Aliases("DATABASE_URL", "AI_MESSAGE_DATABASE_URL", "MONGO_URI")]
    public string Url { get; init; } = "";

    /// <summary>The database's name where the URL names none.</summary>
    [Aliases("DB_NAME")]
    public string Name { get; init; } = "stoa";

    /// <summary>Bring the tables up to date at the start. False: refuse to start until <c>migrate up</c> was run.</summary>
    [Aliases("MIGRATE_ON_START")]
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>How long a start waits for a database server that does not answer yet; then it ends with 1.</summary>
    [Between("00:00:00", "01:00:00")]
    public TimeSpan WaitForStart { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>What <see cref="Url"/> comes to.</summary>
    public DatabaseTarget Target { get; internal set; } = null!;
}

/// <summary>What lies in files.</summary>
public sealed class DataSettings
{
    /// <summary>Holds the SQLite file and the signing key when none is configured; relative to the working directory.</summary>
    public string Folder { get; init; } = "data";

    /// <summary>With less free space in the folder the server says it is not ready.</summary>
    [Between("0", "1000000000000")]
    public long MinimumFreeBytes { get; init; } = 100_000_000;
}

/// <summary>The outbox: what must follow a commit.</summary>
public sealed class OutboxSettings
{
    /// <summary>How long an event belongs to the node that wrote it; after that any node may take it over.</summary>
    [Between("00:00:01", "01:00:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a node looks for events whose owner is gone.</summary>
    [Between("00:00:00.100", "01:00:00")]
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>Log files and how much goes into them.</summary>
public sealed class LogsSettings
{
    /// <summary>Where the log files lie, relative to the working directory. Empty: no files, console only.</summary>
    [Aliases("AI_MESSAGE_LOGS_FOLDER")]
    public string Folder { get; init; } = "logs";

    /// <summary>The least level that is written, unless the framework's <c>Logging</c> section says otherwise for a category.</summary>
    [Aliases("LOG_LEVEL")]
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>A file that has reached this size is followed by a new one.</summary>
    [Between("10000", "1000000000")]
    public long MaxFileBytes { get; init; } = 1_000_000;

    /// <summary>How many files of one area are kept, the current one included.</summary>
    [Between("1", "1000")]
    public int KeptFiles { get; init; } = 50;
}

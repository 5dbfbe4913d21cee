using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Stoa.Core.Accounts;

namespace Stoa.Core.Data;

/// <summary>The record in one SQLite file: WAL, synchronous=FULL, one writer at a time behind an awaited gate.</summary>
public sealed class SqliteStoaDb(DbContextOptions<SqliteStoaDb> options) : StoaDb(options)
{
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;

    // SQLite has one writer: waiting here is fair and costs no thread; waiting inside SQLite sleeps and starves.
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);
    private bool holding;
    private bool isKept;

    public override string Product => "sqlite";

    /// <summary>The write gate of one database file, shared by every context and the message log of this process.</summary>
    public static SemaphoreSlim GateOf(string connection) => Gates.GetOrAdd(connection, static _ => new SemaphoreSlim(1, 1));

    /// <summary>Gives the context, once for all its uses, a connection that stays open.</summary>
    internal override void OnHandedOut()
    {
        if (!isKept)
            Database.SetDbConnection(new SqliteKeptConnection(Database.GetConnectionString()!), contextOwnsConnection: true);
        isKept = true;
    }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (holding)
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        var gate = GateOf(Database.GetConnectionString()!);
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    public override async Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (holding)
            return await work();

        var gate = GateOf(Database.GetConnectionString()!);
        await gate.WaitAsync(cancellation);
        holding = true;
        try
        {
            return await base.WriteAsync(work, cancellation);
        }
        finally
        {
            holding = false;
            gate.Release();
        }
    }

    /// <summary>Nothing to do: there is one writer, and this transaction is it.</summary>
    public override Task SerializeAsync(string topic, CancellationToken cancellation) => Task.CompletedTask;

    internal override IQueryable<User> BeyondAscii() => Users.FromSql($"SELECT * FROM users WHERE username_key GLOB '*[^ -~]*' OR email_key GLOB '*[^ -~]*'");

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is SqliteException { SqliteExtendedErrorCode: ConstraintUnique or ConstraintPrimaryKey };

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MicrosecondsConverter>();
    }

    /// <summary>SQLite cannot order DateTimeOffset text: times are whole microseconds since 1970, as fine as PostgreSQL's.</summary>
    internal sealed class MicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(
        time => Microseconds.From(time), value => Microseconds.ToTime(value));
}

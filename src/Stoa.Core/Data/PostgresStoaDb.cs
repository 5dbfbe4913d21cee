using Microsoft.EntityFrameworkCore;
using Npgsql;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;

namespace Stoa.Core.Data;

/// <summary>The record in PostgreSQL, for one or many nodes.</summary>
public sealed class PostgresStoaDb(DbContextOptions<PostgresStoaDb> options) : StoaDb(options)
{
    public override string Product => "postgresql";

    /// <summary>Keys are compared by their bytes: faster than by language, and a range of an index is then what begins alike.</summary>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<User>().Property(u => u.UsernameKey).UseCollation("C");
        modelBuilder.Entity<User>().Property(u => u.EmailKey).UseCollation("C");
        modelBuilder.Entity<Conversation>().Property(c => c.UniqueKey).UseCollation("C");
    }

    public override Task SerializeAsync(string topic, CancellationToken cancellation) =>
        Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({topic}, 0))", cancellation);

    internal override IQueryable<User> BeyondAscii() => Users.FromSql($"SELECT * FROM users WHERE username_key ~ '[^ -~]' OR email_key ~ '[^ -~]'");

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}

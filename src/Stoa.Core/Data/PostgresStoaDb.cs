using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Stoa.Core.Data;

/// <summary>The record in PostgreSQL, for one or many nodes.</summary>
public sealed class PostgresStoaDb(DbContextOptions<PostgresStoaDb> options) : StoaDb(options)
{
    public override string Product => "postgresql";

    public override bool IsUniqueViolation(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}

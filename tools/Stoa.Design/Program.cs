using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Stoa.Core.Data;

// Only dotnet-ef starts this project: it makes the migrations (docs/data.md).
return 0;

internal sealed class SqliteFactory : IDesignTimeDbContextFactory<SqliteStoaDb>
{
    public SqliteStoaDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteStoaDb>().UseSqlite("Data Source=design.db").Options);
}

internal sealed class PostgresFactory : IDesignTimeDbContextFactory<PostgresStoaDb>
{
    public PostgresStoaDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresStoaDb>().UseNpgsql("Host=127.0.0.1;Database=design").Options);
}

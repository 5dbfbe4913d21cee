using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Stoa.Core.Data;

/// <summary>Registers the record.</summary>
public static class StoaDbServices
{
    /// <summary>A pooled factory of the chosen context, and <see cref="StoaDb"/> itself (scoped) for operations.</summary>
    public static IServiceCollection AddStoaDb(this IServiceCollection services, DatabaseTarget target)
    {
        services.AddSingleton(target);
        if (target.Kind == DatabaseKind.Sqlite)
        {
            var pragmas = new SqlitePragmas();
            services.AddPooledDbContextFactory<SqliteStoaDb>(o => Quiet(o.UseSqlite(target.Connection).AddInterceptors(pragmas)), poolSize: 256);
            services.AddSingleton<IDbContextFactory<StoaDb>, Factory<SqliteStoaDb>>();
        }
        else
        {
            services.AddPooledDbContextFactory<PostgresStoaDb>(o => Quiet(o.UseNpgsql(target.Connection)), poolSize: 256);
            services.AddSingleton<IDbContextFactory<StoaDb>, Factory<PostgresStoaDb>>();
        }

        return services.AddScoped(static p => p.GetRequiredService<IDbContextFactory<StoaDb>>().CreateDbContext());
    }

    /// <summary>One context outside the container, for the command line.</summary>
    public static StoaDb Open(DatabaseTarget target) => target.Kind == DatabaseKind.Sqlite
        ? new SqliteStoaDb(new DbContextOptionsBuilder<SqliteStoaDb>().UseSqlite(target.Connection).AddInterceptors(new SqlitePragmas()).Options)
        : new PostgresStoaDb(new DbContextOptionsBuilder<PostgresStoaDb>().UseNpgsql(target.Connection).Options);

    /// <summary>A lost race on a unique key is an answer, not a fault; what is a fault reaches the edge as an exception and is logged there, once.</summary>
    private static void Quiet(DbContextOptionsBuilder options) => options.ConfigureWarnings(static w => w.Log(
        (RelationalEventId.CommandError, LogLevel.Debug), (CoreEventId.SaveChangesFailed, LogLevel.Debug), (RelationalEventId.TransactionError, LogLevel.Debug),
        (CoreEventId.QueryIterationFailed, LogLevel.Debug), (RelationalEventId.ConnectionError, LogLevel.Debug),

        // SQLite changes a table by making it anew, with foreign keys off. Both are said of migrations that were tested from every earlier state; an operator can do nothing about them.
        (RelationalEventId.NonTransactionalMigrationOperationWarning, LogLevel.Debug), (SqliteEventId.TableRebuildPendingWarning, LogLevel.Debug)));

    // IDbContextFactory<T> is not covariant (CreateDbContextAsync returns Task<T>), hence this adapter.
    private sealed class Factory<T>(IDbContextFactory<T> inner) : IDbContextFactory<StoaDb>
        where T : StoaDb
    {
        public StoaDb CreateDbContext() => HandedOut(inner.CreateDbContext());

        public async Task<StoaDb> CreateDbContextAsync(CancellationToken cancellationToken = default) =>
            HandedOut(await inner.CreateDbContextAsync(cancellationToken));

        private static T HandedOut(T db)
        {
            db.OnHandedOut();
            return db;
        }
    }
}

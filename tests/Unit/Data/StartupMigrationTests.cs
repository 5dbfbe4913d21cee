using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

public sealed class StartupMigrationTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachDatabase]
    public async Task Nodes_that_start_at_once_on_no_database_all_come_up(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => StartAsync(fresh), Cancellation)));

        await using var db = StoaDbServices.Open(fresh.Target);
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancellation));
    }

    [Fact]
    public async Task A_start_gets_past_the_lock_of_a_killed_one()
    {
        await using var fresh = new FreshDatabase(Database.Sqlite);
        await StartAsync(fresh);
        await using (var db = StoaDbServices.Open(fresh.Target))
        {
            await db.Database.ExecuteSqlRawAsync(
                "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, 'long ago')", Cancellation);
        }

        await StartAsync(fresh).WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    [Theory, EachDatabase]
    public async Task Told_not_to_migrate_it_refuses_an_outdated_database_and_takes_a_current_one(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        var refused = await Assert.ThrowsAsync<MigrationsPendingException>(() => StartAsync(fresh, apply: false));
        Assert.Contains("migrate up", refused.Message, StringComparison.Ordinal);

        await StartAsync(fresh);
        await StartAsync(fresh, apply: false);
    }

    [Theory, EachDatabase]
    public async Task A_database_that_a_newer_version_has_changed_is_taken(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await StartAsync(fresh);
        await using (var db = StoaDbServices.Open(fresh.Target))
        {
            var written = await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" (\"MigrationId\", \"ProductVersion\") VALUES ('99990101000000_Future', '10.0.0')", Cancellation);
            Assert.Equal(1, written);
        }

        await StartAsync(fresh);
    }

    [Fact]
    public async Task The_folder_it_makes_for_the_record_is_its_owners_alone()
    {
        await using var fresh = new FreshDatabase(Database.Sqlite);
        await StartAsync(fresh);

        var folder = Path.GetDirectoryName(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(fresh.Target.Connection).DataSource)!;
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    private static async Task StartAsync(FreshDatabase fresh, bool apply = true)
    {
        await using var services = new ServiceCollection().AddStoaDb(fresh.Target).BuildServiceProvider();
        await StartupMigration.RunAsync(services.GetRequiredService<IDbContextFactory<StoaDb>>(), apply, NullLogger.Instance, Cancellation);
    }
}

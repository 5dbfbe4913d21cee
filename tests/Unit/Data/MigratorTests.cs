using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

/// <summary>The verbs of <c>migrate</c>, on both databases.</summary>
public sealed class MigratorTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory, EachDatabase, Requirement("S1-65", "S1-67")]
    public async Task Up_makes_the_database_and_applies_everything(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        Assert.Equal((0, "none"), await RunAsync(fresh, "current"));
        Assert.Equal(0, (await RunAsync(fresh, "up")).Code);
        Assert.Equal((0, $"{Names(fresh)[^1]} (head)"), await RunAsync(fresh, "current"));

        await using var db = StoaDbServices.Open(fresh.Target);
        Assert.Empty(await db.Users.ToListAsync(Cancellation));
    }

    [Theory, EachDatabase]
    public async Task Up_twice_changes_nothing_the_second_time(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await RunAsync(fresh, "up");

        Assert.Equal((0, $"{Names(fresh)[^1]} (head)"), await RunAsync(fresh, "up"));
    }

    [Theory, EachDatabase, Requirement("S1-66")]
    public async Task Up_to_a_name_works_without_its_timestamp(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        var first = Names(fresh)[0];

        var (code, output) = await RunAsync(fresh, "up", first[(first.IndexOf('_', StringComparison.Ordinal) + 1)..]);

        Assert.Equal(0, code);
        Assert.StartsWith($"applied  {first}", output, StringComparison.Ordinal);
    }

    [Theory, EachDatabase, Requirement("S1-69")]
    public async Task Down_by_one_step_undoes_the_last_one(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await RunAsync(fresh, "up");

        var (code, output) = await RunAsync(fresh, "down", "-1");

        Assert.Equal(0, code);
        Assert.StartsWith($"undone   {Names(fresh)[^1]}", output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(fresh, "up")).Code);
    }

    [Theory, EachDatabase]
    public async Task Down_to_nothing_and_up_again_leaves_a_working_database(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await RunAsync(fresh, "up");

        Assert.Equal(0, (await RunAsync(fresh, "down", "0")).Code);
        Assert.Equal((0, "none"), await RunAsync(fresh, "current"));
        Assert.Equal(0, (await RunAsync(fresh, "up")).Code);

        await using var db = StoaDbServices.Open(fresh.Target);
        Assert.Empty(await db.Messages.ToListAsync(Cancellation));
    }

    [Theory, EachDatabase, Requirement("S1-68")]
    public async Task History_says_what_is_applied_and_what_is_pending(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        var names = Names(fresh);

        Assert.Equal((0, Lines(names.Select(static n => $"pending  {n}"))), await RunAsync(fresh, "history"));
        await RunAsync(fresh, "up", names[0]);
        Assert.Equal((0, Lines(names.Select(n => $"{(n == names[0] ? "applied" : "pending")}  {n}"))), await RunAsync(fresh, "history"));
    }

    [Theory, EachDatabase]
    public async Task The_model_has_no_change_without_a_migration(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        Assert.Equal((0, "the model and its migrations agree"), await RunAsync(fresh, "check"));
    }

    [Theory, EachDatabase]
    public async Task Sql_prints_the_script_without_a_database(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        var (code, output) = await RunAsync(fresh, "sql");

        Assert.Equal(0, code);
        Assert.Contains("CREATE TABLE", output, StringComparison.Ordinal);
    }

    [Theory]
    [EachDatabase("up", "Nonexistent")]
    [EachDatabase("down", "Nonexistent")]
    [EachDatabase("down", "-1000")]
    [EachDatabase("down", "-0")]
    public async Task What_cannot_be_done_is_refused_and_leaves_no_lock(Database database, string verb, string operand)
    {
        await using var fresh = new FreshDatabase(database);
        await RunAsync(fresh, "up");

        Assert.Equal(2, (await RunAsync(fresh, verb, operand)).Code);

        Assert.Equal(0, (await RunAsync(fresh, "down", "-1")).Code);
    }

    [Theory, EachDatabase]
    public async Task Down_to_what_is_not_applied_does_not_go_up(Database database)
    {
        await using var fresh = new FreshDatabase(database);

        Assert.Equal(2, (await RunAsync(fresh, "down", Names(fresh)[0])).Code);
        Assert.Equal((0, "none"), await RunAsync(fresh, "current"));
    }

    [Theory]
    [EachDatabase("")]
    [EachDatabase("sideways")]
    [EachDatabase("down")]
    [EachDatabase("up one two")]
    public async Task Other_words_print_the_usage(Database database, string words)
    {
        await using var fresh = new FreshDatabase(database);

        Assert.Equal((2, Migrator.Usage), await RunAsync(fresh, words.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task A_lock_left_by_a_killed_migration_does_not_stop_the_next_one()
    {
        await using var fresh = new FreshDatabase(Database.Sqlite);
        await RunAsync(fresh, "up");
        await LeaveLockAsync(fresh);

        Assert.Equal(0, (await RunAsync(fresh, "down", "-1")).Code);
    }

    [Fact]
    public async Task Unlock_removes_the_lock_that_others_would_wait_for()
    {
        await using var fresh = new FreshDatabase(Database.Sqlite);
        await RunAsync(fresh, "up");
        await LeaveLockAsync(fresh);

        Assert.Equal((0, "unlocked"), await RunAsync(fresh, "unlock"));

        // EF itself, which knows nothing of the lock file, gets through again.
        await using var db = StoaDbServices.Open(fresh.Target);
        await db.Database.MigrateAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_is_away_is_said_without_a_stack_trace()
    {
        await using var db = StoaDbServices.Open(new DatabaseTarget(DatabaseKind.Postgres, "Host=127.0.0.1;Port=1;Username=x;Database=x;Timeout=2"));
        var output = new StringWriter();

        Assert.Equal(1, await new Migrator(db, output).RunAsync(["current"], Cancellation));
        Assert.StartsWith("failed: ", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output.ToString(), StringComparison.Ordinal);
    }

    private static async Task LeaveLockAsync(FreshDatabase fresh)
    {
        await using var db = StoaDbServices.Open(fresh.Target);
        await db.Database.ExecuteSqlRawAsync(
            "CREATE TABLE IF NOT EXISTS \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, 'long ago')", Cancellation);
    }

    private static List<string> Names(FreshDatabase fresh)
    {
        using var db = StoaDbServices.Open(fresh.Target);
        return [.. db.Database.GetMigrations()];
    }

    private static string Lines(IEnumerable<string> lines) => string.Join(Environment.NewLine, lines);

    private static async Task<(int Code, string Output)> RunAsync(FreshDatabase fresh, params string[] words)
    {
        await using var db = StoaDbServices.Open(fresh.Target);
        var output = new StringWriter();
        var code = await new Migrator(db, output).RunAsync(words, Cancellation);
        return (code, output.ToString().TrimEnd());
    }
}

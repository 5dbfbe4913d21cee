using Cluster.Processes;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>Each expected reason not to start is one line and an exit code: 1 when starting again may help, 78 when something must be changed first; never an abort.</summary>
public sealed class RefusedStartTests
{
    [Fact]
    public async Task Each_reason_not_to_start_is_said_in_one_line()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        var node = Directory.CreateDirectory(Path.Combine(database.Folder, "node")).FullName;
        var file = Path.Combine(database.Folder, "no-database.db");
        await File.WriteAllTextAsync(file, new string('x', 5000), TestContext.Current.CancellationToken);
        var closed = FreePort.Find();
        (string Option, int Code, string Word)[] reasons =
        [
            ($"--Database:Url=sqlite:///{file}", 78, "not a database"),
            ("--Database:Url=sqlite:////proc/nowhere/stoa.db", 78, "/proc/nowhere"),
            ("--Data:Folder=/proc/nowhere", 78, "/proc/nowhere"),
            ("--Listen:Host=192.0.2.1", 78, "Listen:Host"),
        ];

        foreach (var (option, code, word) in reasons)
            (await Verb.RunAsync(database, ["serve", $"--Listen:Port={closed}", option])).SaysOnly(word, code);

        await File.WriteAllBytesAsync(Path.Combine(node, "signing.key"), new byte[7], TestContext.Current.CancellationToken);
        (await Verb.RunAsync(database, ["serve", $"--Listen:Port={closed}"])).SaysOnly("cut short", 78);
    }

    [Fact]
    public async Task A_damaged_database_is_not_served_from_wherever_the_damage_is()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        var closed = FreePort.Find();
        (await Verb.RunAsync(database, ["migrate", "up"])).Works();
        var whole = await File.ReadAllBytesAsync(DatabaseUrl.FileOf(database.Target), TestContext.Current.CancellationToken);
        var random = new Random(1);
        (string Name, byte[] Bytes, string Word)[] damaged =
        [
            ("head", [.. Random(4096), .. whole[4096..]], "not a database"),
            ("random", Random(whole.Length), "not a database"),
            ("cut", whole[..(whole.Length / 8192 * 4096)], "malformed"),
            ("middle", [.. whole[..8192], .. Random(whole.Length - 8192)], ""),
            ("index", [.. whole[..^4096], .. Random(4096)], ""),
        ];

        foreach (var (name, bytes, word) in damaged)
        {
            var file = Path.Combine(database.Folder, name + ".db");
            await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
            (await Verb.RunAsync(database, ["serve", $"--Database:Url=sqlite:///{file}", $"--Listen:Port={closed}"])).SaysOnly(word.Length > 0 ? word : "The database", 78);
        }

        byte[] Random(int length)
        {
            var bytes = new byte[length];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public async Task A_database_server_that_never_answers_ends_the_start_with_1_and_a_missing_right_with_78()
    {
        var isMissing = EachDatabaseAttribute.Postgres is null;
        Assert.SkipWhen(isMissing, $"{EachDatabaseAttribute.Variable} is not set");
        await using var database = new ServerDatabase(Database.Postgres);
        var closed = FreePort.Find();

        (await Verb.RunAsync(database, ["serve", $"--Database:Url=postgresql://u:secret@127.0.0.1:{closed}/x", "--Database:WaitForStart=00:00:02", $"--Listen:Port={closed}"]))
            .SaysOnly("cannot be used", 1);
        var migrate = await Verb.RunAsync(database, ["migrate", "up", $"--Database:Url=postgresql://u:secret@127.0.0.1:{closed}/x"]);
        Assert.Equal((1, true, 1), (migrate.Code, migrate.Output.StartsWith("failed: ", StringComparison.Ordinal), migrate.Output.TrimEnd().Split('\n').Length));
        (await Verb.RunAsync(database, ["serve", $"--Database:Url={database.Target.Connection};Username=nobody-of-that-name", $"--Listen:Port={closed}"])).SaysOnly("nobody-of-that-name", 78);
    }

    [Fact]
    public async Task An_option_without_a_value_starts_nothing_and_the_version_is_told()
    {
        await using var database = new ServerDatabase(Database.Sqlite);

        (await Verb.RunAsync(database, ["--port"])).Refuses("--port", code: 2);
        (await Verb.RunAsync(database, ["serve", "--Listen:Port"])).Refuses("--Listen:Port", code: 2);
        var version = (await Verb.RunAsync(database, ["--version"])).Works();
        Assert.Matches(@"^Stoa \d+\.\d+\.\d+( \([0-9a-f]{10}\))?\n$", version.Output);
        Assert.Contains("usage: migrate up", (await Verb.RunAsync(database, ["migrate", "--help"])).Works().Output, StringComparison.Ordinal);
    }
}

using Cluster.Clients;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

public sealed class DoctorTests
{
    [Theory, EachDatabase]
    public async Task A_healthy_server_has_nothing_that_fails(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var somebody = await Client.RegisterAsync(server, "somebody");

        var said = (await Verb.RunAsync(database, ["doctor"])).Works().Output;

        Assert.DoesNotContain("fail: ", said, StringComparison.Ordinal);
        foreach (var about in (string[])["settings", "database", "migrations", "clock", "data folder", "log folder", "signing key", "redis"])
            Assert.Contains($"ok: {about}: ", said, StringComparison.Ordinal);
        Assert.All(said.Split('\n', StringSplitOptions.RemoveEmptyEntries), static l => Assert.Matches("^(ok|warn|fail): ", l));
    }

    [Fact]
    public async Task A_redis_that_answers_is_told_with_its_version()
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        await using var database = new ServerDatabase(Database.Sqlite);

        var said = await Verb.RunAsync(database, ["doctor", $"--Redis:Url=redis://{address}"]);

        Assert.Matches(@"ok: redis: 127\.0\.0\.1:\d+ answers in [\d.]+ ms, version \d", said.Output);
    }

    [Theory, EachDatabase]
    public async Task Each_thing_that_is_broken_fails_by_name(Database product)
    {
        await using var database = new ServerDatabase(product);
        var missing = await Verb.RunAsync(database, ["doctor", "--Database:MigrateOnStart=false"]);
        Assert.Equal(1, missing.Code);
        Assert.Contains("fail: database: ", missing.Output, StringComparison.Ordinal);

        (await Verb.RunAsync(database, ["migrate", "up"])).Works();
        (await Verb.RunAsync(database, ["migrate", "down", "-1"])).Works();
        var key = Path.Combine(Directory.CreateDirectory(Path.Combine(database.Folder, "node")).FullName, "signing.key");
        await File.WriteAllBytesAsync(key, new byte[64], TestContext.Current.CancellationToken);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var closed = FreePort.Find();

        var said = await Verb.RunAsync(
            database, ["doctor", "--Database:MigrateOnStart=false", "--Data:MinimumFreeBytes=1000000000000", "--Mail:SmtpServer=127.0.0.1", $"--Mail:SmtpPort={closed}", $"--Redis:Url=redis://:secret@127.0.0.1:{closed}"]);

        Assert.Equal(1, said.Code);
        foreach (var about in (string[])["migrations", "data folder", "signing key", "redis", "mail"])
            Assert.Contains($"fail: {about}: ", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said.Output + said.Errors, StringComparison.Ordinal);
        (await Verb.RunAsync(database, ["doctor", "--loud"])).Refuses("usage", code: 2);
        Assert.Equal(78, (await Verb.RunAsync(database, ["doctor", "--Passwords:BcryptRounds=99"])).Code);
    }
}

using Cluster.Clients;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A start that was cut short stands in no later start's way.</summary>
public sealed class FirstStartTests
{
    private const int FirstStarts = 2;

    [Theory, EachDatabase]
    public async Task A_server_killed_during_its_first_start_starts_the_next_time(Database product)
    {
        var random = Seed.NewRandom();
        for (var round = 0; round < FirstStarts; round++)
        {
            await using var database = new ServerDatabase(product);
            await using var server = new ServerProcess(database);
            for (var kill = 0; kill < 3; kill++)
            {
                server.Start();
                await Task.Delay(random.Next(100, 1500), TestContext.Current.CancellationToken);
                await server.KillAsync();
            }

            await server.StartAsync();
            using var somebody = await Client.RegisterAsync(server, "somebody");
            (await somebody.GetAsync("/auth/me")).Is(200);
        }
    }

    [Theory, EachDatabase]
    public async Task A_start_says_once_where_everything_is_and_what_is_next_and_warns_of_nothing(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);

        await server.StartAsync();

        var said = await SaidAsync(server, starts: 1);
        Assert.Contains(server.Address.GetLeftPart(UriPartial.Authority) + "/docs", said, StringComparison.Ordinal);
        Assert.Contains(server.LogFolder, said, StringComparison.Ordinal);
        Assert.Contains("./run create-admin", said, StringComparison.Ordinal);
        Assert.Contains("./run doctor", said, StringComparison.Ordinal);
        Assert.DoesNotContain("warn: ", said, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', said);
        foreach (var log in Directory.GetFiles(server.LogFolder))
            Assert.DoesNotContain("listens at", await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        (await Verb.RunAsync(database, ["create-admin", "--username", "root", "--email", "root@example.org", "--password", "correct-horse-battery"])).Works();
        await server.StopAsync(TimeSpan.FromSeconds(30));
        await server.StartAsync();
        var again = (await SaidAsync(server, starts: 2))[said.Length..];
        Assert.Contains("./run doctor", again, StringComparison.Ordinal);
        Assert.DoesNotContain("create-admin", again, StringComparison.Ordinal);
    }

    private static Task<string> SaidAsync(ServerProcess server, int starts) => Eventually.GetAsync(
        () => Task.FromResult(server.Console()), said => said.Split("listens at").Length - 1 == starts, said => $"not said {starts} times:\n{said}");

    [Theory, EachDatabase]
    public async Task A_second_server_at_one_address_says_so_and_the_first_goes_on(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database, "first");
        await server.StartAsync();

        foreach (var letGo in (string[])["true", "false"])
            (await Verb.RunAsync(database, ["serve", "--urls", server.Address.GetLeftPart(UriPartial.Authority)], ("SocketIO__LetGo", letGo))).Refuses("address already in use");
        await server.AwaitHealthAsync();
    }
}

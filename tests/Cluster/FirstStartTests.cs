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

using Cluster.Clients;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>Going down loses what the undone migrations hold: nobody does it by a slip, under a running server, or without a way back.</summary>
public sealed class MigrateDownTests
{
    [Theory, EachDatabase]
    public async Task Going_down_is_said_first_refused_while_served_and_leaves_a_backup(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");

        (await Verb.RunAsync(database, ["migrate", "down", "0"])).Refuses("users");
        (await Verb.RunAsync(database, ["migrate", "down", "0", "--force"])).Refuses("in use");
        (await ana.GetAsync("/auth/me")).Is(200);
        Assert.Equal(0, await server.StopAsync(TimeSpan.FromSeconds(30)));
        (await Verb.RunAsync(database, ["migrate", "down", "0"])).Refuses("--force");
        var down = (await Verb.RunAsync(database, ["migrate", "down", "0", "--force"])).Works();

        var file = down.Output.Split('\n').Single(static l => l.StartsWith("backup", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        (await Verb.RunAsync(database, ["restore", file, "--force"])).Works();
        await server.StartAsync();
        (await ana.GetAsync("/auth/me")).Is(200);
    }
}

using System.Text.Json;
using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>With <c>SocketIO:RecoverFor</c> a lost socket survives the server it was at.</summary>
public sealed class RecoveryTests
{
    [Theory, EachDatabase]
    public async Task A_lost_socket_comes_back_to_a_killed_and_restarted_server_with_its_rooms_and_what_it_missed(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        server.Settings["SocketIO__RecoverFor"] = "00:01:00";
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");
        using var ben = await Client.RegisterAsync(server, "ben");
        var conversation = await ana.OpenConversationAsync(ben);
        var (missed, isUp) = (Path.Combine(database.Folder, "missed"), Path.Combine(database.Folder, "up"));
        object Says(string text) => new
        {
            @do = "http", method = "POST", path = $"/api/conversations/{conversation}/messages", token = ben.AccessToken, body = new { content = text },
        };

        var playing = NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", server.Address.ToString(), JsonSerializer.Serialize<object[]>(
        [
            new { @do = "connect", @as = "ana", token = ana.AccessToken, options = new { transports = new[] { "websocket" } } },
            new { @do = "emit", @as = "ana", @event = "dm:join_conversation", payload = new { conversationId = $"{conversation}" } },
            Says("heard"),
            new { @do = "await", @as = "ana", @event = "dm:message_received" },
            new { @do = "lose", @as = "ana" },
            Says("missed"),
            new { @do = "signal", path = missed },
            new { @do = "wait", path = isUp },
            new { @do = "reopen", @as = "ana" },
            new { @do = "await", @as = "ana", @event = "dm:message_received" },
            Says("live again"),
            new { @do = "await", @as = "ana", @event = "dm:message_received" },
        ]));
        await Eventually.GetAsync(() => File.Exists(missed) || playing.IsCompleted, static there => there, static _ => "The script did not come to the loss.");

        // What was not noted as announced before the kill is announced again after it.
        await Outbox.DrainsAsync(database, TimeSpan.FromSeconds(30));
        await server.KillAsync();
        await server.StartAsync();
        await File.WriteAllTextAsync(isUp, "", TestContext.Current.CancellationToken);
        var played = (await playing).EnumerateArray().ToList();

        Assert.True(played[8].GetProperty("recovered").GetBoolean());
        Assert.Equal(["heard", "missed", "live again"], new[] { played[3], played[9], played[11] }.Select(static e => e.GetProperty("content").GetString()));
    }
}

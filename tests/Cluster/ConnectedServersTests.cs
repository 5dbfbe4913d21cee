using System.Text.Json;
using Cluster.Clients;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>Two servers on one PostgreSQL database act as one towards sockets, with Redis and without; the clients are npm's.</summary>
public sealed class ConnectedServersTests : IAsyncLifetime
{
    private ServerDatabase database = null!;
    private ServerProcess one = null!;
    private ServerProcess other = null!;

    public ValueTask InitializeAsync()
    {
        var isMissing = EachDatabaseAttribute.Postgres is null;
        Assert.False(isMissing && Environment.GetEnvironmentVariable("CI") == "true", "With CI=true a missing PostgreSQL must not look like success.");
        Assert.SkipWhen(isMissing, $"{EachDatabaseAttribute.Variable} is not set");
        database = new ServerDatabase(Database.Postgres);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_message_sent_to_one_server_arrives_live_at_a_socket_of_the_other(bool redis)
    {
        await StartAsync(redis);
        using var ana = await Client.RegisterAsync(one, "ana");
        using var ben = await Client.RegisterAsync(other, "ben");
        var conversation = await ana.OpenConversationAsync(ben);

        var played = await PlayAsync(
            new { @do = "connect", @as = "ben", url = other.Address, token = ben.AccessToken },
            new { @do = "await", @as = "ben", @event = "connected" },
            new { @do = "emit", @as = "ben", @event = "dm:join_conversation", payload = new { conversationId = $"{conversation}" } },
            new { @do = "http", method = "POST", path = $"/api/conversations/{conversation}/messages", token = ana.AccessToken, body = new { content = "over there", clientMessageId = "c1" } },
            new { @do = "await", @as = "ben", @event = "dm:message_received" },
            new { @do = "await", @as = "ben", @event = "dm:new_message" });

        Assert.Equal(201, played[3].GetProperty("status").GetInt32());
        Assert.Equal("over there", played[4].GetProperty("content").GetString());
        Assert.Equal("over there", played[5].GetProperty("preview").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_ends_at_one_server_ends_at_the_other_at_once(bool redis)
    {
        // Without being told, the other server would believe in the session for a minute.
        await StartAsync(redis, cacheTime: "00:01:00");
        using var ana = await Client.RegisterAsync(one, "ana");
        using var there = ana.At(other);
        (await there.GetAsync("/api/conversations")).Is(200);

        var played = await PlayAsync(
            new { @do = "connect", @as = "ana", url = other.Address, token = ana.AccessToken },
            new { @do = "await", @as = "ana", @event = "connected" },
            new { @do = "http", method = "GET", path = "/api/conversations", url = other.Address, token = ana.AccessToken },
            new { @do = "http", method = "POST", path = "/auth/logout", token = ana.AccessToken, body = new { refresh_token = ana.RefreshToken } },
            new { @do = "await", @as = "ana", @event = "disconnect" },
            new { @do = "http", method = "GET", path = "/api/conversations", url = other.Address, token = ana.AccessToken });

        Assert.Equal(200, played[2].GetProperty("status").GetInt32());
        Assert.InRange(played[3].GetProperty("status").GetInt32(), 200, 299);
        Assert.Equal(401, played[5].GetProperty("status").GetInt32());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var resource in new IAsyncDisposable?[] { one, other, database })
        {
            if (resource is not null)
                await resource.DisposeAsync();
        }
    }

    private async Task StartAsync(bool redis, string? cacheTime = null)
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(redis && string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        var prefix = $"test-{Guid.NewGuid():N}";
        one = new ServerProcess(database, "one", sharesKey: true);
        other = new ServerProcess(database, "other", sharesKey: true);
        foreach (var server in new[] { one, other })
        {
            if (redis)
                (server.Settings["REDIS_URL"], server.Settings["Redis__Prefix"]) = ($"redis://{address}/0", prefix);
            if (cacheTime is not null)
                server.Settings["Sessions__CacheTime"] = cacheTime;
            await server.StartAsync();
        }
    }

    private async Task<List<JsonElement>> PlayAsync(params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", one.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];
}

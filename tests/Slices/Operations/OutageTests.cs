using Npgsql;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Operations;

/// <summary>While the record is out of reach everybody is told so, at every door, and nothing is called a fault of ours; once it is back, so are we.</summary>
public sealed class OutageTests
{
    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task A_database_server_that_is_away_is_said_to_be_at_every_door_and_in_one_line_of_the_log(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        var direct = new NpgsqlConnectionStringBuilder(fresh.Target.Connection);
        using var relay = new TcpRelay($"{direct.Host}:{direct.Port}");
        var through = new NpgsqlConnectionStringBuilder(direct.ConnectionString) { Host = "127.0.0.1", Port = int.Parse(relay.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture) };
        await using var stoa = StoaServer.On(through.ConnectionString, database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await ana.WriteToAsync(ben, "before");
        await using var socket = await LiveSocket.ConnectAsync(ana);

        relay.Cut();

        for (var i = 0; i < 5; i++)
        {
            var refused = (await stoa.Stranger().PostAsync("/auth/login", new { username = ana.Name, password = "correct-horse" })).IsRefusal(503, "unavailable");
            Assert.Equal("5", refused.Headers["Retry-After"]);
            (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "meanwhile" })).IsRefusal(503, "unavailable");
            (await ben.GetAsync("/messages")).IsRefusal(503, "unavailable");
        }

        Assert.Equal("unavailable", (await socket.EmitAsync("dm:send_message", new { recipientId = ben.Id, content = "meanwhile" })).GetProperty("code").GetString());
        Assert.Equal(503, (await stoa.Stranger().GetAsync("/health/ready")).Status);
        (await stoa.Stranger().GetAsync("/health")).Is(200);

        relay.Mend();

        await Eventually.IsAsync(201, async () => (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "after" })).Status);
        Assert.True((await socket.EmitAsync("dm:send_message", new { recipientId = ben.Id, content = "after, too" })).GetProperty("success").GetBoolean());
        var log = ServerLogs.ReadAll(stoa);

        // The adapter between servers says once for each of its connections that it is away; requests and workers leave no stacks at all.
        Assert.InRange(log.Split("Npgsql.NpgsqlException").Length - 1, 0, 4);
        Assert.InRange(log.Split("record.away").Length - 1, 1, 30);
    }

    [Theory, EachDatabase]
    public async Task A_bucket_that_does_not_answer_is_said_to_be_away_and_nothing_remains(Database database)
    {
        using var closed = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        closed.Start();
        var address = closed.LocalEndpoint.ToString();
        closed.Stop();
        await using var stoa = StoaServer.Start(
            database, null, ("S3:Endpoint", $"http://{address}"), ("S3:Bucket", "files"), ("S3:AccessKey", "k"), ("S3:SecretKey", "k"), ("S3:PathStyle", "true"));
        using var ana = await stoa.RegisterAsync("ana");

        (await ana.UploadAsync(new SentFile("cat.png", PersonFiles.Png))).IsRefusal(503, "unavailable");

        Assert.DoesNotContain("unhandled exception", ServerLogs.ReadAll(stoa), StringComparison.Ordinal);
    }
}

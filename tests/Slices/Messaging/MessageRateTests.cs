using System.Globalization;
using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>So many messages a minute, over all doors together.</summary>
public sealed class MessageRateTests
{
    private const int Limit = 10;

    [Theory, EachDatabase]
    [Requirement("S1-82", "S3-63")]
    public async Task The_eleventh_message_within_a_minute_is_refused_at_every_door_after_a_warning(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", $"{Limit}"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        for (var i = 1; i <= Limit / 2; i++)
            await ana.WriteToAsync(ben, $"m{i}");
        var id = (await ana.ConversationWithAsync(ben)).ToString(CultureInfo.InvariantCulture);
        Assert.DoesNotContain("rate_near", await LogAsync(stoa), StringComparison.Ordinal);

        object Send(int i) => new { @do = "emit", @as = "ana", @event = "dm:send_message", payload = new { conversationId = id, content = $"m{i}" } };
        var played = await PlayAsync(stoa,
        [
            new { @do = "connect", @as = "ana", token = ana.Token },
            .. Enumerable.Range((Limit / 2) + 1, Limit / 2).Select(Send),
            Send(Limit + 1),
            new { @do = "await", @as = "ana", @event = "dm:error" },
        ]);

        Assert.All(played[1..^2], static sent => Assert.True(sent.GetProperty("success").GetBoolean()));
        Assert.Equal("rate.messages", played[^2].GetProperty("code").GetString());
        Assert.Equal("rate.messages", played[^1].GetProperty("code").GetString());
        var log = await Eventually.GetAsync(() => LogAsync(stoa), static text => text.Contains("rate_reached", StringComparison.Ordinal), static text => text);
        var (near, reached) = (log.IndexOf("messages.rate_near", StringComparison.Ordinal), log.IndexOf("messages.rate_reached", StringComparison.Ordinal));
        Assert.InRange(near, 0, reached);
        Assert.Contains($"WARNING messages.rate_near Message rate limit approaching: user={ana.Id} remaining=2 of={Limit}", log, StringComparison.Ordinal);

        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "x" })).IsRefusal(429, "rate.messages");
        (await ana.PostAsync($"/auth/conversations/conv_{ana.Id}_{ben.Id}/messages", new { recipient_id = ben.Id, content = "x" })).IsRefusal(429, "rate.messages");
        (await ana.PostAsync($"/api/conversations/{id}/messages", new { content = "x" })).IsRefusal(429, "rate.messages");
        (await ben.PostAsync($"/api/conversations/{id}/messages", new { content = "another account has its own share" })).Is(201);
        Assert.Equal(Limit + 1, (await ben.GetAsync($"/api/conversations/{id}")).Is(200).Body.GetProperty("data").GetProperty("lastSeq").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S3-63")]
    public async Task The_window_slides_and_says_how_long_to_wait(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("RateLimit:MessagesPerMinute", "4"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        object message = new { recipient_id = ben.Id, content = "hello" };
        foreach (var pause in (int[])[0, 0, 15, 0])
        {
            clock.Advance(TimeSpan.FromSeconds(pause));
            (await ana.PostAsync("/messages", message)).Is(201);
        }

        var refused = (await ana.PostAsync("/messages", message)).IsRefusal(429, "rate.messages");
        Assert.Equal("45", refused.Headers["Retry-After"]);
        Assert.Equal("0", refused.Headers["X-RateLimit-Remaining"]);
        clock.Advance(TimeSpan.FromSeconds(45));
        foreach (var status in (int[])[201, 201, 429])
            (await ana.PostAsync("/messages", message)).Is(status);
    }

    [Theory, EachDatabase]
    [Requirement("S3-63")]
    public async Task Administrators_and_readers_are_not_counted(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", "2"));
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync("ana");

        for (var i = 0; i < 5; i++)
            (await root.PostAsync($"/api/admin/conversations/{ana.Id}/messages", new { content = $"m{i}" })).Is(201);
        for (var i = 0; i < 5; i++)
            (await ana.PostAsync("/api/conversations/admin/read", null)).Is(200);
        foreach (var status in (int[])[201, 201, 429])
            (await ana.PostAsync("/api/conversations/admin/messages", new { content = "x" })).Is(status);
    }

    private static async Task<string> LogAsync(StoaServer stoa)
    {
        var file = Path.Combine(stoa.Folder, "logs", "messages.log");
        if (!File.Exists(file))
            return "";
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];
}

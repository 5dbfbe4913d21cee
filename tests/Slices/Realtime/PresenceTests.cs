using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Data;
using Stoa.Core.Presence;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

/// <summary>Who is online, who may know it, and that it ends with the socket, the server or the lease.</summary>
public sealed class PresenceTests
{
    private static readonly (string, string) Grace = ("Presence:Grace", "00:00:00.300");
    private static readonly (string, string) ShortLease = ("Presence:Lease", "00:00:03");
    private static readonly (string, string) Secret = ("Tokens:Secret", "0123456789abcdef0123456789abcdef");

    [Theory, EachDatabase]
    [Requirement("S4-95")]
    public async Task Partners_are_told_when_somebody_comes_online_and_goes(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await TalkAsync(ana, ben);
        Assert.Equal(("offline", false), await SeenAsync(ben, ana));

        var answers = await PlayAsync(stoa,
            new { @do = "connect", @as = "ben", token = ben.Token },
            new { @do = "connect", @as = "ana", token = ana.Token },
            new { @do = "await", @as = "ben", @event = "user_presence" },
            new { @do = "close", @as = "ana" },
            new { @do = "await", @as = "ben", @event = "user_presence" });

        Assert.Equal(Text(ana), answers[2].GetProperty("user_id").GetString());
        Assert.Equal("online", answers[2].GetProperty("status").GetString());
        Assert.True(answers[2].GetProperty("online").GetBoolean());
        Assert.Equal("offline", answers[4].GetProperty("status").GetString());
        var lastSeen = answers[4].GetProperty("last_seen").GetDateTimeOffset();
        Assert.Equal(DateTimeOffset.UtcNow, lastSeen, TimeSpan.FromMinutes(1));
        var asked = (await ben.GetAsync($"/api/presence?ids={ana.Id},{ana.Id}")).Is(200).Body.GetProperty("presence");
        Assert.Equal(lastSeen, Assert.Single(asked.EnumerateArray()).GetProperty("last_seen").GetDateTimeOffset());
    }

    [Theory, EachDatabase]
    [Requirement("S4-95")]
    public async Task A_reconnection_and_a_second_socket_are_no_news(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var (cleo, dan) = await stoa.TwoPeopleAsync();
        foreach (var partner in (Person[])[ana, cleo, dan])
            await TalkAsync(partner, ben);
        await using var listener = await LiveSocket.ConnectAsync(ben);
        var first = await LiveSocket.ConnectAsync(ana);
        await using var second = await LiveSocket.ConnectAsync(cleo);
        await using var third = await LiveSocket.ConnectAsync(cleo);
        var last = await LiveSocket.ConnectAsync(dan);
        foreach (var partner in (Person[])[ana, cleo, dan])
            await listener.TakeAsync("user_presence", e => IsAbout(e, partner, "online"));

        await first.DisposeAsync();
        await second.DisposeAsync();
        await using var again = await LiveSocket.ConnectAsync(ana);
        await last.DisposeAsync();

        // Whoever left before Dan would have been told before him.
        await listener.TakeAsync("user_presence", e => IsAbout(e, dan, "offline"));
        Assert.DoesNotContain("user_presence", listener.Seen());
        Assert.Equal(("online", false), await SeenAsync(ben, ana));
        Assert.Equal(("online", false), await SeenAsync(ben, cleo));
        Assert.Equal(("offline", true), await SeenAsync(ben, dan));
    }

    [Theory, EachDatabase]
    [Requirement("S4-95")]
    public async Task Strangers_and_those_who_hide_look_like_nobody(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var eve = await stoa.RegisterAsync("eve");
        await TalkAsync(ana, ben);
        await using var listener = await LiveSocket.ConnectAsync(ben);
        await using var stranger = await LiveSocket.ConnectAsync(eve);
        await using (await LiveSocket.ConnectAsync(ana))
        {
            await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "online"));
            Assert.Equal(("offline", false), await SeenAsync(eve, ana));
            Assert.Equal(("offline", false), await SeenAsync(ben, eve));
        }

        await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "offline"));
        Assert.Equal(("offline", true), await SeenAsync(ben, ana));
        await using var again = await LiveSocket.ConnectAsync(ana);
        await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "online"));

        (await ana.PutAsync("/api/v1/users/me/privacy", new { hide_activity = true })).Is(200);
        var hidden = await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "offline"));
        Assert.Equal(JsonValueKind.Null, hidden.GetProperty("last_seen").ValueKind);
        var answers = (await ben.GetAsync($"/api/presence?ids={ana.Id},{eve.Id},999999999")).Is(200).Body.GetProperty("presence").EnumerateArray()
            .Select(static p => p.GetRawText().Replace(p.GetProperty("user_id").GetRawText(), "?", StringComparison.Ordinal));
        Assert.Single(answers.Distinct());
        Assert.Equal(("online", false), await SeenAsync(ana, ana));

        (await ana.PutAsync("/api/v1/users/me/privacy", new { hide_activity = false })).Is(200);
        await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "online"));
        Assert.DoesNotContain("user_presence", stranger.Seen());
    }

    [Theory, EachDatabase]
    [Requirement("S4-95")]
    public async Task What_one_side_does_alone_shows_nothing_of_the_other(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace);
        var (root, eve, vera) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("eve"), await stoa.RegisterAsync("vera"));
        await using var stranger = await LiveSocket.ConnectAsync(eve);
        var other = new[] { new { user_id = Text(vera) } };
        (await eve.PostAsync("/api/messages/threads", new { context_type = "LISTING", context_id = "1", participants = other })).Is(200);
        (await eve.PostAsync("/api/conversations", new { participantIds = new[] { Text(vera) } })).Is(200);
        await eve.WriteToAsync(vera, "hello?");
        var socket = await LiveSocket.ConnectAsync(vera);
        Assert.Equal(("offline", false), await SeenAsync(eve, vera));

        // Who wrote first has shown no more than that either, until the other one answers.
        Assert.Equal(("offline", false), await SeenAsync(vera, eve));
        await socket.DisposeAsync();
        await using (var again = await LiveSocket.ConnectAsync(vera))
        {
            await vera.WriteToAsync(eve, "hello!");
            await Eventually.IsAsync(("online", false), () => SeenAsync(eve, vera));
            await Eventually.IsAsync(("online", false), () => SeenAsync(vera, eve));
        }

        await stranger.TakeAsync("user_presence", e => IsAbout(e, vera, "offline"));

        // An accepted consultation is consent too.
        var astra = await stoa.RegisterAsync("astra");
        await stoa.GiveRoleAsync(root, astra, "astrologer");
        await using var star = await LiveSocket.ConnectAsync(astra);
        var asked = (await vera.PostAsync("/api/consultations",
            new { astrologerId = Text(astra) })).Is(201).Body.GetProperty("data").GetProperty("id").GetString();
        Assert.Equal(("offline", false), await SeenAsync(vera, astra));
        (await astra.PostAsync($"/api/consultations/{asked}/accept", null)).Is(200);
        await Eventually.IsAsync(("online", false), () => SeenAsync(vera, astra));
    }

    [Theory, EachDatabase]
    public async Task The_people_of_a_server_that_died_are_offline_when_its_lease_is_out(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace, ShortLease);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var cleo = await stoa.RegisterAsync("cleo");
        await TalkAsync(ana, ben);
        await TalkAsync(cleo, ben);
        await using var listener = await LiveSocket.ConnectAsync(ben);
        await using var alive = await LiveSocket.ConnectAsync(cleo);
        var renewed = DateTimeOffset.UtcNow.AddSeconds(-1);
        await DieAsync(stoa, renewed, renewed.AddSeconds(60), ana, cleo);
        Assert.Equal(("online", false), await SeenAsync(ben, ana));

        await stoa.AskAsync(db => db.WriteAsync(
            () => db.PresenceNodes.Where(n => n.LeaseUntil == renewed.AddSeconds(60)).ExecuteUpdateAsync(n => n.SetProperty(x => x.LeaseUntil, renewed), CancellationToken.None),
            CancellationToken.None));

        Assert.Equal(("offline", true), await SeenAsync(ben, ana));
        var told = await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "offline"));
        Assert.Equal(renewed, told.GetProperty("last_seen").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        Assert.Equal(("offline", true), await SeenAsync(ben, ana));
        Assert.Equal(("online", false), await SeenAsync(ben, cleo));
        Assert.Equal(1, await stoa.AskAsync(static db => db.PresenceNodes.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task A_server_taken_for_dead_comes_back_with_its_people(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace, ShortLease);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await TalkAsync(ana, ben);
        await using var socket = await LiveSocket.ConnectAsync(ana);
        await Eventually.IsAsync(("online", false), () => SeenAsync(ben, ana));

        await stoa.AskAsync(static db => db.WriteAsync(() => db.PresenceNodes.ExecuteDeleteAsync(CancellationToken.None), CancellationToken.None));

        Assert.Equal(("offline", false), await SeenAsync(ben, ana));
        await Eventually.IsAsync(("online", false), () => SeenAsync(ben, ana));
    }

    [Theory, EachDatabase]
    public async Task What_could_not_be_written_is_written_later(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Grace);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await TalkAsync(ana, ben);
        await using var first = await LiveSocket.ConnectAsync(ben);
        await Eventually.IsAsync(("online", false), () => SeenAsync(ana, ben));

        // The lease is not looked at for another ten seconds, so the arrival meets a server's row that is gone.
        await stoa.AskAsync(static db => db.WriteAsync(() => db.PresenceNodes.ExecuteDeleteAsync(CancellationToken.None), CancellationToken.None));
        await using var second = await LiveSocket.ConnectAsync(ana);

        await Eventually.IsAsync(("online", false), () => SeenAsync(ben, ana));
        await Eventually.IsAsync(("online", false), () => SeenAsync(ana, ben));
    }

    [Fact]
    [Requirement("S4-95")]
    public async Task Two_servers_know_of_each_others_people()
    {
        Assert.SkipWhen(EachDatabaseAttribute.Postgres is null, $"{EachDatabaseAttribute.Variable} is not set");
        await using var one = StoaServer.Start(Database.Postgres, null, Grace, ShortLease, Secret);
        var two = StoaServer.On(one.Url, Database.Postgres, Grace, ShortLease);
        var (ana, ben) = await one.TwoPeopleAsync();
        await TalkAsync(ana, ben);
        await using var listener = await LiveSocket.ConnectAsync(ben, one);

        var there = await LiveSocket.ConnectAsync(ana, two);
        await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "online"));
        Assert.Equal(("online", false), await SeenAsync(ben, ana));
        await using (await LiveSocket.ConnectAsync(ana, one))
            Assert.Equal(2, await Eventually.GetAsync(() => RowsAsync(one, ana), static rows => rows == 2, static rows => $"{rows} rows"));
        await Eventually.IsAsync(1, () => RowsAsync(one, ana));
        Assert.DoesNotContain("user_presence", listener.Seen());

        // A server that is stopped tells nothing: who has not come to another one within the grace is found by that one.
        await two.DisposeAsync();
        await listener.TakeAsync("user_presence", e => IsAbout(e, ana, "offline"));
        Assert.Equal(("offline", true), await SeenAsync(ben, ana));
        await there.DisposeAsync();
    }

    [Theory, EachDatabase]
    public async Task What_is_no_list_of_ids_is_refused(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();

        foreach (var query in (string[])["", "?ids=", "?ids=a", "?ids=1,,2", "?ids=-1", "?ids=1,2,", $"?ids={string.Join(',', Enumerable.Range(1, 101))}", "?ids=99999999999999999999"])
            (await ana.GetAsync($"/api/presence{query}")).IsRefusal(400, "presence.ids_invalid");
        Assert.Equal(100, (await ana.GetAsync($"/api/presence?ids={string.Join(',', Enumerable.Range(1, 100))}")).Is(200).Body.GetProperty("presence").GetArrayLength());
        (await stoa.Stranger().GetAsync("/api/presence?ids=1")).IsRefusal(401, "auth.required");
    }

    /// <summary>Status, and whether it is said when the person was last seen.</summary>
    private static async Task<(string Status, bool HasLastSeen)> SeenAsync(Person reader, Person other)
    {
        var seen = (await reader.GetAsync($"/api/presence?ids={other.Id}")).Is(200).Body.GetProperty("presence")[0];
        Assert.Equal(seen.GetProperty("status").GetString() == "online", seen.GetProperty("online").GetBoolean());
        return (seen.GetProperty("status").GetString()!, seen.GetProperty("last_seen").ValueKind == JsonValueKind.String);
    }

    /// <summary>Each writes to the other: from then on both see each other.</summary>
    private static async Task TalkAsync(Person one, Person other)
    {
        await one.WriteToAsync(other, "hello");
        await other.WriteToAsync(one, "hello");
    }

    private static bool IsAbout(JsonElement news, Person person, string status) =>
        news.GetProperty("user_id").GetString() == Text(person) && news.GetProperty("status").GetString() == status;

    /// <summary>What a server leaves behind that was killed.</summary>
    private static async Task DieAsync(StoaServer stoa, DateTimeOffset renewed, DateTimeOffset leaseUntil, params Person[] people)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        var node = new PresenceNode { RenewedAt = renewed, LeaseUntil = leaseUntil };
        db.PresenceNodes.Add(node);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        db.OnlineUsers.AddRange(people.Select(p => new OnlineUser { UserId = p.Id, NodeId = node.Id }));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    private static Task<int> RowsAsync(StoaServer stoa, Person person) =>
        stoa.AskAsync(db => db.OnlineUsers.CountAsync(o => o.UserId == person.Id, TestContext.Current.CancellationToken));

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static string Text(Person person) => person.Id.ToString(CultureInfo.InvariantCulture);
}

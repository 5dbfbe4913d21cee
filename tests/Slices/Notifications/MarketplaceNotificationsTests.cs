using Slices.Messaging;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Notifications;

public sealed class MarketplaceNotificationsTests
{
    [Theory, EachDatabase]
    [Requirement("S0-26", "S0-27", "S0-28", "S0-42")]
    public async Task Every_other_participant_is_notified_and_the_sender_is_not(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var cleo = await stoa.RegisterAsync("cleo");
        (await ben.PutAsync("/auth/me", new { full_name = "Ben Bauer" })).Is(200);
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben, cleo);
        (await ben.PostAsync($"/api/messages/threads/{id}/messages", new { body = new string('x', 51) })).Is(200);
        (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = new string('y', 50) })).Is(200);

        var anas = Assert.Single((await ana.GetAsync("/api/notifications")).Is(200).Body.GetProperty("notifications").EnumerateArray());
        Assert.Equal("NEW_MESSAGE", anas.GetProperty("topic").GetString());
        Assert.False(anas.GetProperty("read").GetBoolean());
        var payload = anas.GetProperty("payload");
        Assert.Equal(id, payload.GetProperty("thread_id").GetString());
        Assert.Equal("Ben Bauer", payload.GetProperty("sender_name").GetString());
        Assert.Equal(new string('x', 50) + "...", payload.GetProperty("preview").GetString());
        var cleos = (await cleo.GetAsync("/api/notifications")).Is(200).Body.GetProperty("notifications");
        Assert.Equal(["Someone", "Ben Bauer"], cleos.EnumerateArray().Select(n => n.GetProperty("payload").GetProperty("sender_name").GetString()));
        Assert.Equal(new string('y', 50), cleos[0].GetProperty("payload").GetProperty("preview").GetString());
        Assert.Equal(2, (await cleo.GetAsync("/api/notifications/unread-count")).Is(200).Body.GetProperty("count").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task A_repeated_send_notifies_once(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var id = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        for (var i = 0; i < 3; i++)
            (await ana.PostAsync($"/api/messages/threads/{id}/messages", new { body = "hello", client_message_id = "m-1" })).Is(200);

        Assert.Equal(1, (await ben.GetAsync("/api/notifications")).Is(200).Body.GetProperty("total_count").GetInt32());
    }

    [Theory, EachDatabase]
    [Requirement("S0-42", "S0-43")]
    public async Task Notifications_are_marked_one_by_one_or_together_by_their_owner(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var thread = await ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);
        for (var i = 0; i < 6; i++)
            (await ana.PostAsync($"/api/messages/threads/{thread}/messages", new { body = $"m{i}" })).Is(200);
        var ids = (await ben.GetAsync("/api/notifications")).Is(200).Body.GetProperty("notifications").EnumerateArray()
            .Select(static n => n.GetProperty("id").GetString()!).ToList();
        Assert.Equal(ids.OrderByDescending(static i => long.Parse(i, System.Globalization.CultureInfo.InvariantCulture)), ids);

        (await ana.PostAsync($"/api/notifications/{ids[0]}/read", null)).IsRefusal(404, "notification.not_found");
        (await ana.PostAsync("/api/notifications/mark-read", ids)).Is(200);
        Assert.Equal(6, await UnreadAsync(ben));
        (await ben.PostAsync($"/api/notifications/{ids[0]}/read", null)).Is(200);
        (await ben.PutAsync($"/api/notifications/{ids[1]}/read")).Is(200);
        Assert.Equal(4, await UnreadAsync(ben));
        Assert.Equal(4, (await ben.GetAsync("/api/notifications?unread_only=true")).Body.GetProperty("notifications").GetArrayLength());
        (await ben.PostAsync("/api/notifications/mark-read", new { notification_id = ids[2] })).Is(200);
        (await ben.PostAsync("/api/notifications/mark-read", new[] { ids[2], ids[3] })).Is(200);
        Assert.Equal(2, await UnreadAsync(ben));
        (await ben.PostAsync("/api/notifications/mark-read", new { other = 1 })).IsRefusal(400, "notification.ids_needed");
        (await ben.PostAsync("/api/notifications/mark-read", new[] { "x" })).IsRefusal(400, "notification.ids_needed");
        Assert.Equal(2, (await ben.PostAsync("/api/notifications/mark-all-read", null)).Is(200).Body.GetProperty("marked_count").GetInt32());
        Assert.Equal(0, await UnreadAsync(ben));
        var read = (await ben.GetAsync("/api/notifications?limit=1")).Body.GetProperty("notifications")[0];
        Assert.True(read.GetProperty("read").GetBoolean());
        Assert.EndsWith("Z", read.GetProperty("read_at").GetString(), StringComparison.Ordinal);
        (await ben.DeleteAsync($"/api/notifications/{ids[0]}")).Is(200);
        (await ben.DeleteAsync($"/api/notifications/{ids[0]}")).IsRefusal(404, "notification.not_found");
        Assert.Equal(5, (await ben.GetAsync("/api/notifications?limit=-1&offset=-3")).Is(200).Body.GetProperty("total_count").GetInt32());
    }

    private static async Task<int> UnreadAsync(Person owner) =>
        (await owner.GetAsync("/api/notifications/unread-count")).Is(200).Body.GetProperty("count").GetInt32();
}

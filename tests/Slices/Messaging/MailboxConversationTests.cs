using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>S1's conversations.</summary>
public sealed class MailboxConversationTests
{
    [Theory, EachDatabase("")]
    [EachDatabase("/api")]
    [Requirement("S1-31", "S1-32", "S1-33", "S1-34")]
    public async Task Conversations_are_listed_read_written_and_marked(Database database, string prefix)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var cleo = await stoa.RegisterAsync("cleo");
        await ana.WriteToAsync(ben, "first");
        await cleo.WriteToAsync(ben, "from cleo");
        await ana.WriteToAsync(ben, new string('x', 150));

        var list = (await ben.GetAsync($"{prefix}/auth/conversations")).Is(200).Body;
        Assert.Equal([ana.Id, cleo.Id], list.EnumerateArray().Select(static c => c.GetProperty("other_user_id").GetInt64()));
        var name = list[0].GetProperty("conversation_id").GetString()!;
        Assert.Equal($"conv_{Math.Min(ana.Id, ben.Id)}_{Math.Max(ana.Id, ben.Id)}", name);
        Assert.Equal(ana.Name, list[0].GetProperty("other_user_name").GetString());
        Assert.Equal(new string('x', 100), list[0].GetProperty("last_message").GetString());
        Assert.Equal(2, list[0].GetProperty("unread_count").GetInt32());

        (await ben.PostAsync($"{prefix}/auth/conversations/{name}/messages", new { recipient_id = ana.Id, content = "answer" })).Is(200);
        var page = (await ana.GetAsync($"{prefix}/auth/conversations/{name}/messages?limit=2")).Is(200).Body;
        Assert.Equal([new string('x', 150), "answer"], page.EnumerateArray().Select(static m => m.GetProperty("content").GetString()));
        Assert.Equal("first", (await ana.GetAsync($"{prefix}/auth/conversations/{name}/messages?limit=2&skip=2")).Body[0].GetProperty("content").GetString());
        (await ben.PutAsync($"{prefix}/auth/conversations/{name}/read")).Is(200);
        Assert.Equal(1, (await ben.GetAsync($"{prefix}/messages/unread/count")).Body.GetProperty("unread_count").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task A_name_opens_nothing_of_strangers(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var eve = await stoa.RegisterAsync("eve");
        await ana.WriteToAsync(ben, "private");
        var name = $"conv_{Math.Min(ana.Id, ben.Id)}_{Math.Max(ana.Id, ben.Id)}";

        (await eve.GetAsync($"/auth/conversations/{name}/messages")).IsRefusal(404, "conversation.not_found");
        (await eve.PutAsync($"/auth/conversations/{name}/read")).IsRefusal(404, "conversation.not_found");

        // It is the name of Ana and Ben, which Eve cannot give to anything of hers.
        (await eve.PostAsync($"/auth/conversations/{name}/messages", new { recipient_id = ben.Id, content = "intruding" })).IsRefusal(422,
            "conversation.name_reserved");
        Assert.Equal(1, (await ana.GetAsync($"/auth/conversations/{name}/messages")).Is(200).Body.GetArrayLength());
        (await eve.PostAsync("/auth/conversations/x/messages", new { recipient_id = 999_999_999, content = "hi" })).IsRefusal(404, "recipient.not_found");
        (await eve.PostAsync("/auth/conversations/x/messages", new { recipient_id = ben.Id })).IsRefusal(422, "validation.failed");
        (await stoa.Stranger().GetAsync("/auth/conversations")).Is(401);
    }
}

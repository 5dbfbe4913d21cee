using System.Globalization;
using System.Text.Json;
using Stoa.Server.Messaging;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>What administrators change of messaging while the server runs.</summary>
public sealed class MessagingSettingsTests
{
    private const string Path = "/api/admin/messaging/settings";
    private const string Bullets = "\u2022\u2022\u2022";

    [Theory, EachDatabase]
    public async Task They_begin_as_configured_and_go_back_to_it(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", "7"), ("Redaction:AllowedHosts", "Shop.example.org"));
        var root = await stoa.SuperuserAsync();
        var configured = (await root.GetAsync(Path)).Is(200);

        var changed = (await root.PutAsync(Path, new { redaction = new { Direct = new[] { "USER" } }, messages_per_minute = 3, keep_originals_days = 0.5 })).Is(200).Body;

        Assert.Equal(
            """{"redaction":{"direct":[],"thread":["user","astrologer"],"support":[],"group":[]},"allowed_hosts":["shop.example.org"],"keep_originals_days":30,"messages_per_minute":7,"version":0,"updated_at":null,"updated_by":null}""",
            configured.Text);
        Assert.Equal(["user"], Words(changed.GetProperty("redaction").GetProperty("direct")));
        Assert.Equal(["user", "astrologer"], Words(changed.GetProperty("redaction").GetProperty("thread")));
        Assert.Equal((3, 0.5, 1), (changed.GetProperty("messages_per_minute").GetInt32(), changed.GetProperty("keep_originals_days").GetDouble(), changed.GetProperty("version").GetInt32()));
        Assert.Equal(root.Id.ToString(CultureInfo.InvariantCulture), changed.GetProperty("updated_by").GetString());
        Assert.Equal(changed.GetRawText(), (await root.GetAsync(Path)).Is(200).Text);
        Assert.Equal(7, (await root.PutAsync(Path, new { })).Is(200).Body.GetProperty("messages_per_minute").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task What_is_redacted_is_decided_by_kind_and_party(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (root, ana, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"));
        var thread = $"/api/messages/threads/{await ThreadTests.OpenAsync(ana, "LISTING", "l1", ben)}/messages";

        Assert.True(await IsRedactedAsync(ana, thread, "see https://shop.example.org/1"));
        (await root.PutAsync(Path, new { allowed_hosts = new[] { "Example.ORG" } })).Is(200);
        Assert.False(await IsRedactedAsync(ana, thread, "see https://shop.example.org/1"));
        Assert.True(await IsRedactedAsync(ana, thread, "see https://elsewhere.example.com"));
        (await root.PutAsync(Path, new { redaction = new { thread = Array.Empty<string>(), direct = new[] { "user" } } })).Is(200);
        Assert.False(await IsRedactedAsync(ana, thread, "mail ana@example.org"));
        await ana.WriteToAsync(ben, "mail ana@example.org");
        await root.WriteToAsync(ben, "mail root@example.org");

        Assert.Equal([$"mail {Bullets}", "mail root@example.org"], (await ben.GetAsync("/messages/received?limit=2")).Body.EnumerateArray()
            .Select(static m => m.GetProperty("content").GetString()!).OrderBy(static c => c.Contains("root", StringComparison.Ordinal)));
    }

    [Theory, EachDatabase]
    public async Task The_rate_changes_without_a_restart(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("RateLimit:MessagesPerMinute", "2"));
        var (root, ana, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"), await stoa.RegisterAsync("ben"));
        await ana.WriteToAsync(ben, "1");
        await ana.WriteToAsync(ben, "2");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "3" })).IsRefusal(429, "rate.messages");

        (await root.PutAsync(Path, new { messages_per_minute = 3 })).Is(200);
        await ana.WriteToAsync(ben, "3");
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "4" })).IsRefusal(429, "rate.messages");
        (await root.PutAsync(Path, new { messages_per_minute = 0 })).Is(200);
        await ana.WriteToAsync(ben, "4");
    }

    [Theory, EachDatabase]
    public async Task Every_change_is_in_the_audit_trail_and_none_is_lost(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var root = await stoa.SuperuserAsync();

        var first = (await root.PutAsync(Path, new { messages_per_minute = 20, version = 0 })).Is(200);
        Assert.Equal(first.Text, (await root.PutAsync(Path, new { messages_per_minute = 20 })).Is(200).Text);
        (await root.PutAsync(Path, new { messages_per_minute = 30, version = 0 })).IsRefusal(409, "messaging_settings.changed");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => root.PutAsync(Path, new { messages_per_minute = 100 + i, version = 1 })));
        Assert.Single(answers, static a => a.Status == 200);
        Assert.All(answers.Where(static a => a.Status != 200), static a => a.IsRefusal(409, "messaging_settings.changed"));
        Assert.Equal(2, (await root.GetAsync(Path)).Body.GetProperty("version").GetInt32());

        var trail = (await root.GetAsync("/api/admin/audit?action=messaging_settings.changed")).Is(200).Text;
        Assert.Equal(2, trail.Split("\"messaging_settings.changed\"").Length - 1);
        Assert.Contains("messages_per_minute", trail, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task What_is_not_valid_is_refused_by_name_and_changes_nothing(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("ana"));

        foreach (var (json, member) in new[]
        {
            ("""{"redaction":{"rooms":[]}}""", "redaction"), ("""{"redaction":{"0":[]}}""", "redaction"), ("""{"redaction":{"thread":["everybody"]}}""", "redaction"),
            ("""{"redaction":{"thread":[null]}}""", "redaction"), ("""{"redaction":{"thread":null}}""", "redaction"),
            ("""{"allowed_hosts":["https://example.org"]}""", "allowed_hosts"), ("""{"allowed_hosts":["*"]}""", "allowed_hosts"), ("""{"allowed_hosts":["org"]}""", "allowed_hosts"),
            ("""{"allowed_hosts":[null]}""", "allowed_hosts"), ("""{"allowed_hosts":["a..example"]}""", "allowed_hosts"),
            ($$"""{"allowed_hosts":[{{string.Join(',', Enumerable.Range(0, 201).Select(static i => $"\"h{i}.example\""))}}]}""", "allowed_hosts"),
            ("""{"keep_originals_days":-1}""", "keep_originals_days"), ("""{"keep_originals_days":3651}""", "keep_originals_days"),
            ("""{"messages_per_minute":-1}""", "messages_per_minute"), ("""{"messages_per_minute":100001}""", "messages_per_minute"),
        })
        {
            Assert.Contains(member, (await PutRawAsync(root, json)).IsRefusal(400, "messaging_settings.invalid").Text, StringComparison.Ordinal);
        }

        (await PutRawAsync(root, """{"messages_per_minute":"many"}""")).IsRefusal(400, "validation.failed");
        (await ana.GetAsync(Path)).IsRefusal(403, "auth.forbidden");
        (await ana.PutAsync(Path, new { messages_per_minute = 0 })).IsRefusal(403, "auth.forbidden");
        (await stoa.Stranger().PutAsync(Path, new { messages_per_minute = 0 })).Is(401);
        Assert.Equal(0, (await root.GetAsync(Path)).Body.GetProperty("version").GetInt32());
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task Another_server_follows_within_five_seconds(Database database)
    {
        Assert.InRange(PolicyInForce.KeptFor, TimeSpan.Zero, TimeSpan.FromSeconds(4));
        await using var fresh = new FreshDatabase(database);
        await using var one = StoaServer.On(fresh.Target.Connection, database);
        await using var two = StoaServer.On(fresh.Target.Connection, database);
        var root = await one.SuperuserAsync();
        var elsewhere = two.Stranger();
        elsewhere.UseToken(root.Token);
        Assert.Equal(0, (await elsewhere.GetAsync(Path)).Is(200).Body.GetProperty("version").GetInt32());

        (await root.PutAsync(Path, new { messages_per_minute = 5 })).Is(200);

        await Eventually.IsAsync(5, async () => (await elsewhere.GetAsync(Path)).Is(200).Body.GetProperty("messages_per_minute").GetInt32());
    }

    private static async Task<bool> IsRedactedAsync(Person person, string path, string body) =>
        (await person.PostAsync(path, new { body })).Is(200).Body.GetProperty("redacted").GetBoolean();

    private static Task<Answer> PutRawAsync(Person person, string json) => person.PutAsync(Path, JsonDocument.Parse(json).RootElement);

    private static List<string> Words(JsonElement list) => [.. list.EnumerateArray().Select(static w => w.GetString()!)];
}

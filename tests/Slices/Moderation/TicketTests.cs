using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Moderation;

/// <summary>S1's reports.</summary>
public sealed class TicketTests
{
    [Theory, EachDatabase("")]
    [EachDatabase("/api")]
    [Requirement("S1-45", "S1-46", "S1-47", "S1-48", "S1-52")]
    public async Task A_report_is_opened_read_and_changed_by_its_reporter(Database database, string prefix)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var opened = (await ana.PostAsync($"{prefix}/reports", new { title = "Broken", content = "It does not work" })).Is(201).Body;
        var path = $"{prefix}/reports/{opened.GetProperty("id").GetInt64()}";

        Assert.Equal("open", opened.GetProperty("status").GetString());
        Assert.Equal(ana.Name, (await ana.GetAsync(path)).Is(200).Body.GetProperty("reporter_username").GetString());
        (await ben.GetAsync(path)).IsRefusal(403, "report.not_yours", says: "Not authorized");
        (await ben.PutAsync(path, new { title = "Mine" })).IsRefusal(403, "report.not_yours");
        Assert.Equal("Very broken", (await ana.PutAsync(path, new { title = "Very broken" })).Is(200).Body.GetProperty("title").GetString());
        Assert.Equal("It does not work", (await ana.GetAsync(path)).Body.GetProperty("content").GetString());
        Assert.Equal(1, (await ana.GetAsync($"{prefix}/reports?status_filter=open")).Is(200).Body.GetArrayLength());
        Assert.Equal(0, (await ana.GetAsync($"{prefix}/reports?status_filter=resolved")).Is(200).Body.GetArrayLength());
        Assert.Equal(0, (await ben.GetAsync($"{prefix}/reports")).Is(200).Body.GetArrayLength());
        (await ana.GetAsync($"{prefix}/reports?status_filter=lost")).IsRefusal(400, "report.status_unknown");
        (await ana.GetAsync($"{prefix}/reports/99999999")).IsRefusal(404, "report.not_found");
        (await ana.PostAsync($"{prefix}/reports", new { title = "x" })).IsRefusal(422, "validation.failed");
        (await ana.PutAsync(path, new { title = "" })).IsRefusal(422, "validation.failed");
        (await stoa.Stranger().PostAsync($"{prefix}/reports", new { title = "x", content = "y" })).Is(401);
    }

    [Theory, EachDatabase]
    [Requirement("S1-49", "S1-50", "S1-51")]
    public async Task Superusers_comment_resolve_and_reopen(Database database)
    {
        var stoa = StoaServer.For(database);
        var ana = await stoa.RegisterAsync("ana");
        var root = await stoa.SuperuserAsync();
        var path = $"/reports/{(await ana.PostAsync("/reports", new { title = "Broken", content = "It does not work" })).Is(201).Body.GetProperty("id").GetInt64()}";

        (await ana.GetAsync("/reports/admin/all")).Is(403);
        (await ana.PostAsync($"{path}/comment", new { comment = "me too" })).Is(403);
        (await ana.PutAsync($"{path}/resolve", new { comment = "done" })).Is(403);
        (await root.PostAsync($"{path}/comment", new { comment = "hm", status = "closed" })).IsRefusal(400, "report.status_unknown");
        Assert.Equal("in_progress", (await root.PostAsync($"{path}/comment", new { comment = "looking", status = "in_progress" })).Is(200).Body.GetProperty("status").GetString());
        (await ana.PutAsync(path, new { title = "late" })).IsRefusal(400, "report.not_open", says: "Cannot update");
        Assert.Contains((await root.GetAsync("/reports/admin/all?status_filter=in_progress")).Is(200).Body.EnumerateArray(), r => r.GetProperty("title").GetString() == "Broken");

        var resolved = (await root.PutAsync($"{path}/resolve", new { })).Is(200).Body;
        Assert.Equal("resolved", resolved.GetProperty("status").GetString());
        Assert.Equal("looking", resolved.GetProperty("comment").GetString());
        Assert.Equal(root.Name, resolved.GetProperty("resolver_username").GetString());
        (await root.PutAsync($"{path}/resolve", new { comment = "again" })).IsRefusal(409, "report.resolved");
        Assert.Equal(resolved.GetProperty("resolved_at").GetString(), (await root.PostAsync($"{path}/comment", new { comment = "ps" })).Is(200).Body.GetProperty("resolved_at").GetString());
        var reopened = (await root.PostAsync($"{path}/comment", new { comment = "not yet", status = "open" })).Is(200).Body;
        Assert.False(reopened.TryGetProperty("resolved_at", out var at) && at.ValueKind != JsonValueKind.Null);
        (await root.PutAsync("/reports/99999999/resolve", new { })).IsRefusal(404, "report.not_found");
    }

    [Theory, EachDatabase]
    public async Task Of_many_who_resolve_at_once_one_does(Database database)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var path = $"/reports/{(await root.PostAsync("/reports", new { title = "t", content = "c" })).Is(201).Body.GetProperty("id").GetInt64()}/resolve";

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => root.PutAsync(path, new { comment = $"c{i}" })));

        Assert.Equal(1, answers.Count(static a => a.Status == 200));
        Assert.Equal(19, answers.Count(static a => a.Status == 409));
    }
}

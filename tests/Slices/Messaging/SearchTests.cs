using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

public sealed class SearchTests
{
    [Theory, EachDatabase]
    public async Task Messages_are_found_by_their_words_by_who_takes_part(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var eve = await stoa.RegisterAsync("eve");
        var word = StoaServer.Unique("zebra").Replace("-", "x", StringComparison.Ordinal);
        await ana.WriteToAsync(ben, $"the {word} crosses the street");
        await ben.WriteToAsync(ana, $"which {word.ToUpperInvariant()}? Größe egal");
        await ana.WriteToAsync(ben, "something else");

        await Eventually.IsAsync(2, async () => (await FoundAsync(ben, word)).Count);

        Assert.Equal([$"which {word.ToUpperInvariant()}? Größe egal", $"the {word} crosses the street"], await FoundAsync(ana, word));
        Assert.Single(await FoundAsync(ana, $"{word} CROSS"));
        Assert.Single(await FoundAsync(ana, $"größe {word}"));
        Assert.Empty(await FoundAsync(ana, $"{word} nonsense"));
        Assert.Empty(await FoundAsync(eve, word));
        Assert.Equal(2, (await ana.GetAsync($"/api/conversations/search?q={word}")).Is(200).Body.GetProperty("data").GetProperty("messages").GetArrayLength());
    }

    [Theory, EachDatabase]
    public async Task Every_part_of_what_was_written_is_found_on_both_databases_alike(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var word = StoaServer.Unique("mark").Replace("-", "x", StringComparison.Ordinal);
        (string Written, string Asked)[] samples =
        [
            ("https://files.example.net/reports/summary.html", "reports"), ("https://files.example.net/r/total.html", "total.html"), ("invoice2026.pdf", "invoice2026.pdf"),
            ("invoice2027.pdf", "invoice2027"), ("due 2026-11-30", "2026-11-30"), ("release v10.22.33", "22.33"), ("ana@example.com", "example.com"), ("C:\\docs\\plan", "docs plan"),
            ("R 12 500.75", "500.75"), ("jose\u0301 was here", "jos\u00E9"), ("Zo\u00EB came", "zoe\u0308"), ("我们明天去北京开会", "北京"), ("京 alone", "京"), ("東京タワーに行く", "タワー"),
            ("ไปกรุงเทพพรุ่งนี้", "กรุงเทพ"), ("नमस्ते दुनिया", "नमस्ते"), ("Ｆｕｌｌ width", "full"), ("Größe XL", "GRÖSSE".Replace("SS", "ß", StringComparison.Ordinal)), ("typing ahead", "typ"),
        ];
        foreach (var (written, _) in samples)
            await ana.WriteToAsync(ben, $"{word} {written}");
        await Eventually.IsAsync(samples.Length, async () => (await FoundAsync(ben, word)).Count);

        foreach (var (written, asked) in samples)
            Assert.Contains($"{word} {written}", await FoundAsync(ben, $"{word} {asked}"));
        Assert.Empty(await FoundAsync(ben, $"{word} 北开"));
        Assert.Empty(await FoundAsync(ben, $"{word} eports"));
    }

    [Theory, EachDatabase]
    public async Task An_edit_and_a_deletion_change_what_is_found(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var (before, after) = (StoaServer.Unique("before").Replace("-", "x", StringComparison.Ordinal), StoaServer.Unique("after").Replace("-", "x", StringComparison.Ordinal));
        var id = (await ana.WriteToAsync(ben, before)).Body.GetProperty("id").GetInt64();
        await Eventually.IsAsync(1, async () => (await FoundAsync(ben, before)).Count);

        (await ana.PutAsync($"/messages/{id}", new { content = after })).Is(200);
        Assert.Empty(await FoundAsync(ben, before));
        Assert.Single(await FoundAsync(ben, after));
        (await ben.DeleteAsync($"/messages/{id}")).Is(200);
        Assert.Empty(await FoundAsync(ben, after));
        Assert.Single(await FoundAsync(ana, after));
    }

    [Theory, EachDatabase]
    public async Task Pages_follow_a_cursor_and_operators_mean_nothing(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var word = StoaServer.Unique("page").Replace("-", "x", StringComparison.Ordinal);
        for (var i = 1; i <= 5; i++)
            await ana.WriteToAsync(ben, $"{word} m{i}");
        await Eventually.IsAsync(5, async () => (await FoundAsync(ben, word)).Count);

        var first = (await ben.GetAsync($"/api/conversations/search?q={word}&limit=3")).Is(200).Body.GetProperty("data");
        Assert.Equal(3, first.GetProperty("messages").GetArrayLength());
        var rest = (await ben.GetAsync($"/api/conversations/search?q={word}&limit=3&before={first.GetProperty("nextBefore").GetString()}")).Is(200).Body.GetProperty("data");
        Assert.Equal([$"{word} m2", $"{word} m1"], rest.GetProperty("messages").EnumerateArray().Select(static m => m.GetProperty("content").GetString()));

        foreach (var hostile in (string[])["' OR 1=1 --", "\" OR parties:u1", "a AND NOT b*", "body : x", "((((", "!a & b | c:*", "\\", "NEAR(a b)"])
            Assert.InRange((await ben.GetAsync($"/messages/search?q={Uri.EscapeDataString(hostile)}")).Status, 200, 400);
        (await ben.GetAsync("/messages/search?q=")).IsRefusal(400, "search.query_invalid");
        (await ben.GetAsync($"/messages/search?q={new string('a', 201)}")).IsRefusal(400, "search.query_invalid");
        (await ben.GetAsync("/messages/search?q=%00a")).IsRefusal(400, "request.malformed");
    }

    private static async Task<List<string>> FoundAsync(Person reader, string words) =>
        [.. (await reader.GetAsync($"/messages/search?q={Uri.EscapeDataString(words)}")).Is(200).Body.EnumerateArray().Select(static m => m.GetProperty("content").GetString()!)];
}

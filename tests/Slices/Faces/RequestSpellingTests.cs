using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Faces;

/// <summary>Requests as other programs write them are taken, and what nothing here could take is a refusal with its own status, never a fault.</summary>
public sealed class RequestSpellingTests
{
    [Theory]
    [EachDatabase("application/json; charset=\"utf-8\"", 201)]
    [EachDatabase("application/json;charset=utf8", 201)]
    [EachDatabase("application/json; charset=\"UTF-8\"; version=1", 201)]
    [EachDatabase("application/json; charset=utf-16", 201)]
    [EachDatabase("application/json; charset=klingon", 415)]
    [EachDatabase("application/json; charset=", 415)]
    public async Task A_charset_is_taken_in_every_spelling(Database database, string contentType, int status)
    {
        var stoa = StoaServer.For(database);
        var name = StoaServer.Unique("speller");
        var body = $$"""{"username":"{{name}}","email":"{{name}}@example.org","password":"correct-horse"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/register")
        {
            Content = new ByteArrayContent((contentType.Contains("utf-16", StringComparison.Ordinal) ? Encoding.Unicode : Encoding.UTF8).GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        Assert.Equal(status, (await stoa.Stranger().AnswerAsync(request)).Status);
    }

    [Theory, EachDatabase]
    public async Task A_form_that_ends_early_or_holds_what_no_text_may_is_malformed(Database database)
    {
        var stoa = StoaServer.For(database);
        using var early = new HttpRequestMessage(HttpMethod.Post, "/auth/token")
        {
            Content = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"username\"\r\n\r\nana"u8.ToArray()),
        };
        early.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        (await stoa.Stranger().AnswerAsync(early)).IsRefusal(400, "request.malformed");
        (await stoa.Stranger().PostRawAsync("/auth/token", "username=a%00b&password=correct-horse", "application/x-www-form-urlencoded")).IsRefusal(400, "request.malformed");
    }

    [Theory]
    [EachDatabase("/messages?context=a%00b")]
    [EachDatabase("/api/messages/threads?context_type=LISTING%00")]
    [EachDatabase("/api/v1/users/search?q=%00")]
    public async Task An_address_with_U_0000_is_malformed(Database database, string path)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();

        (await ana.GetAsync(path)).IsRefusal(400, "request.malformed");

        // In the path the web server itself refuses it, before anything of ours is asked.
        (await ana.GetAsync("/api/conversations/a%00b/messages")).Is(400);
    }

    [Theory, EachDatabase]
    public async Task Head_is_get_without_a_body(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        foreach (var (path, status) in new[] { ("/health", 200), ("/auth/me", 200), ("/messages", 200), ("/no-such-route", 404), ("/auth/login", 405) })
        {
            var got = await ana.FetchAsync(path);
            var head = await ana.FetchAsync(path, HttpMethod.Head);

            Assert.Equal((status, status), ((int)got.Status, (int)head.Status));
            Assert.Empty(head.Bytes);
            Assert.Equal(got.Content.ContentType, head.Content.ContentType);
        }

        Assert.Equal(401, (await stoa.Stranger().FetchAsync("/auth/me", HttpMethod.Head)).Status);
        var file = await ana.UploadOneAsync();
        Assert.Equal(PersonFiles.Png.Length, (await ana.FetchAsync($"/api/uploads/{file}", HttpMethod.Head)).Content.ContentLength);
    }

    [Theory, EachDatabase]
    public async Task Head_of_a_stream_ends_after_its_headers(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var thread = await Messaging.ThreadTests.OpenAsync(ana, "LISTING", StoaServer.Unique("l"), ben);

        var head = await ana.FetchAsync($"/api/messages/threads/{thread}/stream", HttpMethod.Head).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal("text/event-stream", head.Content.ContentType?.MediaType);
    }

    [Theory, EachDatabase]
    public async Task A_compressed_body_is_told_what_is_taken(Database database)
    {
        var stoa = StoaServer.For(database);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/auth/login") { Content = new ByteArrayContent([0x1f, 0x8b, 8]) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Content.Headers.ContentEncoding.Add("gzip");

        var refused = (await stoa.Stranger().AnswerAsync(request)).IsRefusal(415, "request.unsupported_media_type");
        Assert.Equal("identity", refused.Headers["Accept-Encoding"]);
    }

    [Fact]
    public async Task An_origin_is_known_however_the_operator_wrote_it()
    {
        await using var stoa = StoaServer.Start(Database.Sqlite, null, ("Cors:Origins", "https://app.example.org/,https://other.example.org/"));
        foreach (var origin in (string[])["https://app.example.org", "https://other.example.org"])
        {
            using var client = stoa.Stranger();
            var answer = await client.FetchAsync("/health", headers: ("Origin", origin));
            Assert.Equal((200, origin), (answer.Status, answer.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        }
    }

    [Theory, EachDatabase]
    public async Task Whoever_is_told_to_authenticate_is_told_how(Database database)
    {
        var stoa = StoaServer.For(database);
        using var stranger = stoa.Stranger();
        (string Path, object Body)[] doors =
        [
            ("/auth/login", new { username = "nobody", password = "wrong-horse" }), ("/auth/refresh", new { refresh_token = "x" }), ("/auth/mfa", new { mfa_token = "x", code = "123456" }),
            ("/api/v1/auth/login", new { identifier = "nobody", password = "wrong-horse" }), ("/auth/verify", new { token = "x" }), ("/api/auth/login", new { email = "no@example.org", password = "wrong-horse" }),
        ];

        foreach (var (path, body) in doors)
        {
            var refused = await stranger.PostAsync(path, body);
            Assert.True(refused.Status == 401 && refused.Headers.GetValueOrDefault("WWW-Authenticate") == "Bearer", $"{path}: {refused.Status} {refused.Text}");
        }

        var form = await stranger.PostRawAsync("/auth/token", "username=nobody&password=wrong-horse", "application/x-www-form-urlencoded");
        Assert.Equal(((int)HttpStatusCode.Unauthorized, "Bearer"), (form.Status, form.Headers.GetValueOrDefault("WWW-Authenticate")));
    }
}

using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

/// <summary>What the README of Stoa.SocketIO claims for its snippets.</summary>
public sealed class ServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_echo_server_answers_the_client_beside_it()
    {
        await using var server = await RunningProgram.StartAsync(EchoServer.Run);
        var client = Pages.Blocks("Stoa.SocketIO", "js")[0].Replace("http://localhost:5000", server.Address.ToString().TrimEnd('/'), StringComparison.Ordinal);
        Assert.Contains(server.Address.Authority, client, StringComparison.Ordinal);

        await Node.RunAsync("--input-type=module", "-e", $$"""
            import assert from "node:assert/strict";
            const said = [];
            console.log = (...words) => said.push(words.join(" "));
            setTimeout(() => { console.error("timed out", said); process.exit(2); }, 15_000);
            {{client}}
            assert.deepEqual(said.sort(), ["I am " + socket.id, "hi"]);
            process.exit(0);
            """);
    }

    [Theory]
    [InlineData("http://localhost:5173", true)]
    [InlineData("https://evil.example", false)]
    public async Task A_page_of_another_origin_is_let_in_when_it_is_named(string origin, bool allowed)
    {
        await using var server = await RunningProgram.StartAsync(_ => { }, OtherOrigin.Add);
        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/?EIO=4&transport=polling");
        request.Headers.Add("Origin", origin);
        using var answer = await http.SendAsync(request, Cancellation);

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal(allowed ? [origin] : [], answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var named) ? named : []);
        await using var own = await server.ConnectAsync();
    }

    [Fact]
    public async Task Middleware_lets_in_who_has_a_token_and_tells_the_others_why_not()
    {
        await using var server = await RunningProgram.StartAsync(TokenCheck.Run);
        await using var refused = await server.OpenAsync();
        await refused.SendAsync("""40{"token":"guessed"}""");
        Assert.Equal("""44{"message":"unauthorized","data":{"code":"token.invalid"}}""", await refused.TextAsync());

        await using var ana = await server.ConnectAsync(auth: """{"token":"secret-of-ana"}""");
        await ana.SendAsync("""420["whoami"]""");
        Assert.Equal("""430["ana"]""", await ana.TextAsync());
    }

    [Fact]
    public async Task Authorization_of_the_endpoint_wants_a_cookie()
    {
        await using var server = await RunningProgram.StartAsync(SignedIn.Run);
        using var http = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server.Address };
        using var stranger = await http.GetAsync("/socket.io/?EIO=4&transport=polling", Cancellation);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        using var signedIn = await http.PostAsync("/sign-in", null, Cancellation);
        await using var ana = await server.ConnectAsync(cookie: signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal("""42["hello","ana"]""", await ana.TextAsync());
        Assert.Single(await server.IO.In("user:ana").FetchSocketsAsync(Cancellation));
    }

    [Fact]
    public async Task Rooms_and_broadcasts_reach_whom_their_comments_say()
    {
        await using var server = await RunningProgram.StartAsync(RoomsAndBroadcasts.Map);
        await using var sender = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await using var inB = await server.ConnectAsync();
        await inB.SendAsync("""42["join","b"]""");
        await Wait.Until(() => server.IO.Of("/").FindLocal(inB.Sid)!.Rooms.Contains("room:b"));
        await Wait.Until(() => server.IO.Of("/").LocalSockets().All(s => s.Rooms.Contains("lobby")));
        await sender.SendAsync("""42["say","x"]""");

        string[] everybody = ["""42["everybody","x"]"""];
        string[] others = ["""42["said","x"]""", """42["heard","x"]"""];
        string[] notInB = ["""42["in the lobby or a, not in b","x"]"""];
        foreach (var (client, expected) in new[] { (sender, (string[])["""42["you said","x"]""", .. notInB, .. everybody]), (other, [.. others, .. notInB, .. everybody]), (inB, [.. others, .. everybody]) })
        {
            foreach (var text in expected)
                Assert.Equal(text, await client.TextAsync());
        }

        await sender.SendAsync("""42["close","b"]""");
        while (await inB.TextAsync() != "41")
        {
        }

        await sender.SendAsync("""420["who"]""");
        string answer;
        while (!(answer = await sender.TextAsync()).StartsWith("430", StringComparison.Ordinal))
        {
        }

        Assert.Equal(new[] { sender.Sid, other.Sid }.Order(), JsonElement.Parse(answer[3..])[0].EnumerateArray().Select(id => id.GetString()).Order());
    }

    [Fact]
    public async Task Namespaces_are_named_or_match()
    {
        await using var server = await RunningProgram.StartAsync(Spaces.Map);
        await using var client = await server.ConnectAsync("/chat");
        Assert.Equal("""42/chat,["hello","chat"]""", await client.TextAsync());
        await client.EnterAsync("/game-12");
        Assert.Equal("""42/game-12,["hello","/game-12"]""", await client.TextAsync());
        await client.SendAsync("40/game-x");
        Assert.Equal("""44/game-x,{"message":"Invalid namespace"}""", await client.TextAsync());
    }

    [Fact]
    public async Task Typed_messages_are_read_and_written_by_the_generated_context()
    {
        await using var server = await RunningProgram.StartAsync(TypedMessages.Map, TypedMessages.Add);
        await using var sender = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await server.IO.In(other.Sid).SocketsJoinAsync("a");
        await sender.SendAsync("""451-0["send",{"room":"a","text":"look","picture":{"_placeholder":true,"num":0}}]""");
        await sender.SendAsync([1, 2, 3]);

        Assert.Equal("""451-["message","look",{"_placeholder":true,"num":0}]""", await other.TextAsync());
        Assert.Equal([1, 2, 3], await other.BinaryAsync());
        var receipt = JsonElement.Parse((await sender.TextAsync())[3..])[0];
        Assert.Equal(3, receipt.GetProperty("pictureBytes").GetInt32());
        Assert.Contains("ChatJson", server.IO.Json.Options.GetTypeInfo(typeof(TypedMessages).GetNestedType("Draft", System.Reflection.BindingFlags.NonPublic)!).OriginatingResolver!.GetType().Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_sides_answer_and_a_silent_client_is_given_up()
    {
        await using var server = await RunningProgram.StartAsync(Questions.Map);
        await using var one = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await one.SendAsync("""420["double",21]""");
        Assert.Equal("430[42]", await one.TextAsync());
        await one.SendAsync("""421["sum",1,2,3]""");
        Assert.Equal("431[6]", await one.TextAsync());

        await one.SendAsync("""422["greet me"]""");
        await one.SendAsync($"43{AckId(await one.TextAsync(), "your name?")}[\"Ana\"]");
        Assert.Equal("""432["Hello Ana"]""", await one.TextAsync());
        await one.SendAsync("""423["vote","pizza?"]""");
        await other.SendAsync($"43{AckId(await other.TextAsync(), "question")}[true]");
        Assert.Equal("""433["1 of 1 say yes"]""", await one.TextAsync());

        await one.SendAsync("""424["greet me"]""");
        AckId(await one.TextAsync(), "your name?");
        await other.SendAsync("""425["vote","pasta?"]""");
        AckId(await one.TextAsync(), "question");
        Assert.Equal("""434["Hello, whoever you are"]""", await one.TextAsync());
        Assert.Equal("""435["0 of 0 say yes, some say nothing"]""", await other.TextAsync());

        static string AckId(string text, string name)
        {
            var start = text.IndexOf('[', StringComparison.Ordinal);
            Assert.StartsWith($"[\"{name}\"", text[start..]);
            return text[2..start];
        }
    }

    [Fact]
    public async Task A_background_service_emits_through_the_server()
    {
        await using var server = await RunningProgram.StartAsync(io => io.Of("/chat").OnConnection(async (s, _) => await s.JoinAsync("lobby")), Ticking.Add);
        await using var client = await server.ConnectAsync();
        Assert.StartsWith("""42["tick","20""", await client.TextAsync());
        await using var inChat = await server.ConnectAsync("/chat");
        Assert.StartsWith("""42/chat,["tick",""", await inChat.TextAsync());
    }

    [Fact]
    public async Task Filters_and_hooks_answer_instead_of_a_handler()
    {
        await using var server = await RunningProgram.StartAsync(io =>
        {
            EventFilters.Map(io);
            io.On<int, int>("admin:stop", (_, n, _) => Task.FromResult(n));
            io.On<int, int>("divide", (_, n, _) => Task.FromResult(12 / n));
        });
        await using var client = await server.ConnectAsync();
        foreach (var (question, answer) in new[]
        {
            ("""420["admin:stop",1]""", """430[{"error":"forbidden"}]"""), ("""421["divide","x"]""", """431[{"error":"bad payload"}]"""),
            ("""422["divide",0]""", """432[{"error":"failed"}]"""), ("""423["divide",4]""", """433[3]"""),
        })
        {
            await client.SendAsync(question);
            Assert.Equal(answer, await client.TextAsync());
        }
    }

    [Fact]
    public async Task A_client_that_comes_back_in_time_is_recovered_and_every_event_carries_an_offset()
    {
        await using var server = await RunningProgram.StartAsync(Returning.Map, Returning.Add);
        var client = await server.ConnectAsync();
        var ready = JsonElement.Parse((await client.TextAsync())[2..]);
        Assert.Equal((2, "ready"), (ready.GetArrayLength(), ready[0].GetString()));
        var (back, missed) = await server.LoseAndReturnAsync(client, ready[1].GetString()!, () => server.IO.In("news").EmitAsync("paper").AsTask());
        await using var _ = back;

        Assert.Equal(client.Sid, back.Sid);
        Assert.StartsWith("""42["paper",""", Assert.Single(missed));
        Assert.StartsWith("""42["ready",""", await back.TextAsync());
        Assert.Equal([client.Sid, "news"], server.IO.Of("/").FindLocal(back.Sid)!.Rooms);
    }

    [Fact]
    public async Task Who_got_no_event_yet_begins_anew()
    {
        await using var server = await RunningProgram.StartAsync(_ => { }, Returning.Add);
        var client = await server.ConnectAsync();
        var (back, missed) = await server.LoseAndReturnAsync(client, "", () => Task.CompletedTask);
        await using var _ = back;
        Assert.Empty(missed);
        Assert.NotEqual(client.Sid, back.Sid);
    }

    [Fact]
    public async Task The_admin_UI_gets_in_with_the_password_alone()
    {
        await using var server = await RunningProgram.StartAsync(AdminView.Run, "--AdminPassword=correct");
        await using var guess = await server.OpenAsync();
        await guess.SendAsync("""40/admin,{"username":"admin","password":"guessed"}""");
        Assert.StartsWith("44/admin,", await guess.TextAsync());
        await using var admin = await server.ConnectAsync("/admin", """{"username":"admin","password":"correct"}""");

        using var http = new HttpClient { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/socket.io/?EIO=4&transport=polling");
        request.Headers.Add("Origin", "https://admin.socket.io");
        using var answer = await http.SendAsync(request, Cancellation);
        Assert.Equal("https://admin.socket.io", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("true", answer.Headers.GetValues("Access-Control-Allow-Credentials").Single());
    }
}

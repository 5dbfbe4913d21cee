using System.Globalization;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Slices.Messaging;
using Stoa.Core.Accounts;
using Stoa.Core.Outbox;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

/// <summary>Everything that lasts, and under each of them the right is taken away: sockets that only listen, their rooms, lost sockets, event streams, downloads.</summary>
public sealed class LongLivedTests
{
    private const int FileBytes = 24_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Readers = new();

    [Theory]
    [EachDatabase("log out everywhere")]
    [EachDatabase("reset")]
    [EachDatabase("suspend")]
    [EachDatabase("disable")]
    [EachDatabase("delete")]
    public async Task A_socket_a_stream_and_a_download_end_with(Database database, string act)
    {
        var stoa = StoaServer.For(database);
        var root = await stoa.SuperuserAsync();
        var (ana, ben) = await stoa.TwoPeopleAsync();
        var thread = await ThreadTests.OpenAsync(ben, "LISTING", StoaServer.Unique("l"), ana);
        await SayAsync(ben, thread, "before");
        var file = await ana.UploadOneAsync("long.txt", Letters());
        await using var socket = await LiveSocket.ConnectAsync(ana);
        using var stream = await ReadAsync(ana, $"/api/messages/threads/{thread}/stream");
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await LineAsync(lines, "before");
        using var download = await ReadAsync(ana, $"/api/uploads/{file}");

        await EndAsync(stoa, root, ana, act);

        // Nobody writes to an account that is deleted or disabled.
        var sent = await ben.PostAsync($"/api/messages/threads/{thread}/messages", new { body = "after" });
        Assert.Equal(act is "delete" or "disable" ? 404 : 200, sent.Status);

        Assert.DoesNotContain("after", await RestAsync(lines), StringComparison.Ordinal);
        await socket.TakeAsync("disconnect");
        Assert.DoesNotContain("dm:new_message", socket.Seen());
        Assert.InRange(await LengthAsync(download), 0, FileBytes - 1);
    }

    [Theory, EachDatabase]
    public async Task A_download_that_nobody_forbids_is_whole(Database database)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync());
        var file = await ana.UploadOneAsync("long.txt", Letters());
        using var download = await ReadAsync(ana, $"/api/uploads/{file}");

        // Other rights, but the file is hers.
        await stoa.GiveRoleAsync(root, ana, "moderator");

        Assert.Equal(FileBytes, await LengthAsync(download));
    }

    [Theory]
    [EachDatabase("role taken")]
    [EachDatabase("role deleted")]
    [EachDatabase("flag taken")]
    public async Task Who_administers_no_longer_hears_nothing_of_the_desk_and_stays_signed_in(Database database, string act)
    {
        await using var stoa = StoaServer.Start(database);
        var (root, una, ben) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("una"), await stoa.RegisterAsync("ben"));
        using var adam = await AdministratorAsync(stoa, root, act == "flag taken");
        await using var socket = await LiveSocket.ConnectAsync(adam);
        await using var other = await LiveSocket.ConnectAsync(root);
        await AskDeskAsync(una, "first");
        await socket.AskAsync("dm:join_conversation", new { conversationId = $"admin_{una.Id}" });
        await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "first");

        await TakeAsync(root, adam, act);
        await AskDeskAsync(una, "private");
        await ben.WriteToAsync(adam, "for adam");

        await other.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "private");
        await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "for adam");
        Assert.False(socket.Heard("private"));
        (await adam.GetAsync("/auth/me")).Is(200);
        (await adam.GetAsync($"/api/admin/conversations/{una.Id}")).IsRefusal(403, "auth.forbidden");
        Assert.Equal("conversation.not_found", (await socket.EmitAsync("dm:join_conversation", new { conversationId = $"admin_{una.Id}" })).GetProperty("code").GetString());
    }

    [Theory, EachDatabase]
    public async Task Who_becomes_an_administrator_hears_the_desk_without_connecting_anew(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (root, adam, una) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("adam"), await stoa.RegisterAsync("una"));
        await using var socket = await LiveSocket.ConnectAsync(adam);

        await stoa.GiveRoleAsync(root, adam, "admin");
        await AskDeskAsync(una, "help");

        await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "help");
    }

    [Theory, EachDatabase]
    public async Task Who_left_a_conversation_is_in_its_room_and_its_stream_no_longer(Database database)
    {
        var stoa = StoaServer.For(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        using var stays = await stoa.RegisterAsync("stays");
        var thread = await ThreadTests.OpenAsync(ben, "LISTING", StoaServer.Unique("l"), ana, stays);
        await SayAsync(ben, thread, "before");
        await using var socket = await LiveSocket.ConnectAsync(ana);
        await socket.AskAsync("dm:join_conversation", new { conversationId = thread });
        using var stream = await ReadAsync(ana, $"/api/messages/threads/{thread}/stream");
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await LineAsync(lines, "before");

        await LeaveAsync(stoa, ana, long.Parse(thread, CultureInfo.InvariantCulture));
        await SayAsync(ben, thread, "after");
        await ben.WriteToAsync(ana, "for ana");

        Assert.DoesNotContain("after", await RestAsync(lines), StringComparison.Ordinal);
        await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "for ana");
        Assert.DoesNotContain("dm:message_received", socket.Seen());
        (await ana.GetAsync("/auth/me")).Is(200);
    }

    [Theory, EachDatabase]
    public async Task A_socket_that_only_listens_ends_when_its_session_does_by_time_unless_it_was_refreshed(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Tokens:RefreshLifetime", "00:01:00"), ("Tokens:LongAccessLifetime", "00:01:00"));
        var (ana, ben) = await stoa.TwoPeopleAsync();
        await using var tired = await LiveSocket.ConnectAsync(ana);
        await using var awake = await LiveSocket.ConnectAsync(ben);

        clock.Advance(TimeSpan.FromSeconds(40));
        ben.SignIn((await ben.PostAsync("/auth/refresh", new { refresh_token = ben.RefreshToken })).Is(200));
        clock.Advance(TimeSpan.FromSeconds(21));

        await tired.TakeAsync("disconnect");
        await ben.WriteToAsync(ana, "nobody hears this");
        await awake.EmitAsync("dm:join_conversation", new { conversationId = Text(await ben.ConversationWithAsync(ana)) });
        Assert.DoesNotContain("disconnect", awake.Seen());
        Assert.DoesNotContain("dm:new_message", tired.Seen());
    }

    [Theory, EachDatabase]
    public async Task What_was_taken_without_any_news_of_it_is_noticed_within_half_a_minute(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        var (root, una, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("una"), await stoa.RegisterAsync("ana"));
        using var adam = await AdministratorAsync(stoa, root, isSuperuser: false);
        await using var socket = await LiveSocket.ConnectAsync(adam);
        await using var ended = await LiveSocket.ConnectAsync(ana);

        // As another server would that cannot be heard.
        await stoa.AskAsync(db => db.WriteAsync(async () =>
        {
            await db.UserRoles.Where(r => r.UserId == adam.Id).ExecuteDeleteAsync(CancellationToken.None);
            await db.Sessions.Where(s => s.UserId == ana.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.IsActive, false), CancellationToken.None);
            return await db.Users.Where(u => u.Id == adam.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.RightsVersion, x => x.RightsVersion + 1), CancellationToken.None);
        }, CancellationToken.None));
        clock.Advance(TimeSpan.FromSeconds(31));
        await ended.TakeAsync("disconnect");

        await Eventually.IsAsync(false, async () =>
        {
            await AskDeskAsync(una, "private");
            await root.WriteToAsync(adam, "for adam");
            await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "for adam");
            return socket.Took("dm:new_message");
        });
    }

    [Theory]
    [EachDatabase(true)]
    [EachDatabase(false)]
    public async Task A_lost_socket_whose_rights_changed_meanwhile_gets_nothing_of_what_it_missed(Database database, bool isTaken)
    {
        await using var stoa = StoaServer.Start(database, null, ("SocketIO:RecoverFor", "00:01:00"));
        var (root, una) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync("una"));
        using var adam = await AdministratorAsync(stoa, root, isSuperuser: false);
        await AskDeskAsync(una, "heard");

        var played = await PlayAsync(stoa,
            new { @do = "connect", @as = "page", token = adam.Token, options = new { transports = new[] { "websocket" } } },
            new { @do = "http", method = "POST", path = "/api/conversations/admin/messages", token = una.Token, body = new { content = "heard too" } },
            new { @do = "await", @as = "page", @event = "dm:new_message" },
            new { @do = "lose", @as = "page" },
            isTaken
                ? (object)new { @do = "http", method = "PUT", path = $"/auth/users/{adam.Id}/roles", token = root.Token, body = new { role_ids = Array.Empty<long>() } }
                : new { @do = "http", method = "GET", path = "/auth/me", token = root.Token },
            new { @do = "http", method = "POST", path = "/api/conversations/admin/messages", token = una.Token, body = new { content = "missed" } },
            new { @do = "reopen", @as = "page", token = adam.Token },
            new { @do = "http", method = "POST", path = "/messages", token = una.Token, body = new { recipient_id = adam.Id, content = "for adam" } },
            new { @do = "await", @as = "page", @event = "dm:new_message", with = new { preview = "for adam" } },
            new { @do = "events", @as = "page" });

        Assert.Equal(!isTaken, played[6].GetProperty("recovered").GetBoolean());
        Assert.Equal(isTaken ? 2 : 3, played[9].EnumerateArray().Count(static e => e.GetString() == "dm:new_message"));
    }

    [Theory]
    [EachDatabase(false, PostgresOnly = true)]
    [EachDatabase(true, PostgresOnly = true)]
    public async Task On_another_server_too(Database database, bool redis)
    {
        (string, string)[] shared = redis ? RedisOfThisTest() : [];
        await using var one = StoaServer.Start(database, null, [.. shared, ("Tokens:Secret", "0123456789abcdef0123456789abcdef")]);
        await using var two = StoaServer.On(one.Url, database, shared);
        var (root, una, ana) = (await one.SuperuserAsync(), await one.RegisterAsync("una"), await one.RegisterAsync("ana"));
        using var adam = await AdministratorAsync(one, root, isSuperuser: false);
        var thread = await ThreadTests.OpenAsync(una, "LISTING", StoaServer.Unique("l"), ana);
        await SayAsync(una, thread, "before");
        await using var socket = await LiveSocket.ConnectAsync(adam, two);
        await using var ended = await LiveSocket.ConnectAsync(ana, two);
        using var stream = await ReadAsync(ana, $"/api/messages/threads/{thread}/stream", two);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        await LineAsync(lines, "before");
        await AskDeskAsync(una, "first");
        await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "first");

        await TakeAsync(root, adam, "role taken");
        (await root.PutAsync($"/auth/users/{ana.Id}/disable")).Is(200);

        await ended.TakeAsync("disconnect");
        Assert.DoesNotContain("after", await RestAsync(lines), StringComparison.Ordinal);
        await Eventually.IsAsync(false, async () =>
        {
            await AskDeskAsync(una, "private");
            await una.WriteToAsync(adam, "for adam");
            await socket.TakeAsync("dm:new_message", static e => e.GetProperty("preview").GetString() == "for adam");
            return socket.Took("dm:new_message");
        });
    }

    [Theory]
    [EachDatabase("log out everywhere", 401, "auth.session_ended")]
    [EachDatabase("suspend", 401, "auth.session_ended")]
    [EachDatabase("ban", 403, "messaging.banned")]
    [EachDatabase("nothing", 201, null)]
    public async Task A_file_that_is_under_way_counts_only_if_its_sender_still_may(Database database, string act, int status, string? code)
    {
        var stoa = StoaServer.For(database);
        var (root, ana) = (await stoa.SuperuserAsync(), await stoa.RegisterAsync());
        var bytes = new Pipe();
        var form = new MultipartFormDataContent { { new StreamContent(bytes.Reader.AsStream()), "files", "long.txt" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form };
        request.Headers.TransferEncodingChunked = true;
        var sending = ana.AnswerAsync(request);
        await bytes.Writer.WriteAsync(Letters().AsMemory(0, 200_000), TestContext.Current.CancellationToken);
        await Eventually.IsAsync(1, () => stoa.AskAsync(db => db.Uploads.CountAsync(u => u.OwnerId == ana.Id, TestContext.Current.CancellationToken)));

        if (act == "ban")
            (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging-ban", new { reason = "rude", duration_days = 1 })).Is(200);
        else if (act != "nothing")
            await EndAsync(stoa, root, ana, act);
        await bytes.Writer.CompleteAsync();

        var answer = await sending;
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, code is null ? null : answer.Body.GetProperty("code").GetString());
        Assert.Equal(status == 201 ? 1 : 0, await stoa.AskAsync(db => db.Uploads.CountAsync(u => u.OwnerId == ana.Id, TestContext.Current.CancellationToken)));
    }

    private static (string, string)[] RedisOfThisTest()
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        return [("Redis:Url", $"redis://{address}"), ("Redis:Prefix", Guid.NewGuid().ToString("N"))];
    }

    private static async Task EndAsync(StoaServer stoa, Person root, Person person, string act)
    {
        var done = act switch
        {
            "reset" => await stoa.Stranger().PostAsync("/auth/reset-password", new { token = await stoa.ResetTokenAsync(person), new_password = "another-password" }),
            "suspend" => await root.PostAsync($"/api/admin/users/{person.Id}/suspend", new { reason = "rude" }),
            "disable" => await root.PutAsync($"/auth/users/{person.Id}/disable"),
            "delete" => await root.DeleteAsync($"/auth/users/{person.Id}"),
            _ => await person.PostAsync("/auth/logout-all", null),
        };
        done.Is(200);
    }

    private static async Task TakeAsync(Person root, Person adam, string act)
    {
        if (act == "flag taken")
        {
            (await root.PutAsync($"/auth/users/{adam.Id}/superuser", new { is_superuser = false })).Is(200);
        }
        else if (act == "role taken")
        {
            (await root.PutAsync($"/auth/users/{adam.Id}/roles", new { role_ids = Array.Empty<long>() })).Is(200);
        }
        else
        {
            var roles = (await root.GetAsync("/auth/roles")).Is(200).Body.EnumerateArray();
            (await root.DeleteAsync($"/auth/roles/{roles.Single(static r => r.GetProperty("name").GetString() == "admin").GetProperty("id").GetInt64()}")).Is(200);
        }
    }

    private static async Task<Person> AdministratorAsync(StoaServer stoa, Person root, bool isSuperuser)
    {
        var adam = await stoa.RegisterAsync("adam");
        if (isSuperuser)
            (await root.PutAsync($"/auth/users/{adam.Id}/superuser", new { is_superuser = true })).Is(200);
        else
            await stoa.GiveRoleAsync(root, adam, "admin");
        return adam;
    }

    /// <summary>No door lets anybody leave yet; this is what one will have to do.</summary>
    private static async Task LeaveAsync(StoaServer stoa, Person person, long conversation)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        var (outbox, rights) = (scope.ServiceProvider.GetRequiredService<OutboxWriter>(), scope.ServiceProvider.GetRequiredService<AccountRights>());
        var db = scope.ServiceProvider.GetRequiredService<Stoa.Core.Data.StoaDb>();
        await outbox.WriteAsync(async () =>
        {
            await db.Participants.Where(p => p.ConversationId == conversation && p.UserId == person.Id)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.LeftAt, DateTimeOffset.UnixEpoch), TestContext.Current.CancellationToken);
            await rights.ChangedAsync(person.Id, TestContext.Current.CancellationToken);
            return true;
        }, TestContext.Current.CancellationToken);
    }

    private static async Task<HttpResponseMessage> ReadAsync(Person reader, string path, StoaServer? server = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri((server ?? reader.Server).Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", reader.Token);
        request.Headers.Add("Last-Event-ID", "0");
        return await Readers.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    private static async Task LineAsync(StreamReader lines, string text)
    {
        while (await lines.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        Assert.Fail($"the stream ended before '{text}'");
    }

    /// <summary>What the stream still brings until it ends, which it must.</summary>
    private static async Task<string> RestAsync(StreamReader lines)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            return await lines.ReadToEndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail("the stream goes on");
            throw;
        }
    }

    /// <summary>How much of it came; less than was promised is an error of the connection.</summary>
    private static async Task<long> LengthAsync(HttpResponseMessage download)
    {
        Assert.Equal(FileBytes, download.Content.Headers.ContentLength);
        var buffer = new byte[65536];
        var length = 0L;
        try
        {
            var bytes = await download.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
            while (await bytes.ReadAsync(buffer, TestContext.Current.CancellationToken) is var read and > 0)
                length += read;
        }
        catch (IOException)
        {
            // Cut off.
        }

        return length;
    }

    private static byte[] Letters()
    {
        var letters = new byte[FileBytes];
        letters.AsSpan().Fill((byte)'a');
        return letters;
    }

    private static async Task SayAsync(Person person, string thread, string text) => (await person.PostAsync($"/api/messages/threads/{thread}/messages", new { body = text })).Is(200);

    private static async Task AskDeskAsync(Person person, string text) => (await person.PostAsync("/api/conversations/admin/messages", new { content = text })).Is(201);

    private static async Task<JsonElement[]> PlayAsync(StoaServer stoa, params object[] steps) =>
        [.. (await NodeScript.RunAsync("tests/Slices/node/socket-events.mjs", stoa.Address.ToString(), JsonSerializer.Serialize(steps))).EnumerateArray()];

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;
using Microsoft.Extensions.Primitives;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Host;

/// <summary>
/// What the official suites of the JavaScript clients expect to find (<c>packages/engine.io-client/test</c> and
/// <c>packages/socket.io-client/test</c> of socketio/socket.io), so that a checkout of them can be pointed here: the one looks at port
/// 3000, the other at 3210, and both paths are served at every address.
/// </summary>
public static class ClientSuiteApp
{
    private const int MaxPayload = 100;
    private static readonly TimeSpan EnginePingInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AckPatience = TimeSpan.FromSeconds(10);

    // Long enough that a client with no patience at all gives up first.
    private static readonly TimeSpan SlowAdmission = TimeSpan.FromMilliseconds(10);

    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes("asdfasdf");
    private static readonly string[] Utf8 = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"];

    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (builder.Configuration.GetValue("transport", true))
            builder.Services.AddSocketIOTransport();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSocketIO(o =>
        {
            o.PingInterval = PingInterval;
            o.Recovery = new RecoveryOptions();
            o.AllowRequest = static async context =>
            {
                await Task.Delay(SlowAdmission, context.RequestAborted);
                return null;
            };
        });
        var app = builder.Build();
        var requests = app.Services.GetRequiredService<IHttpContextAccessor>();
        app.MapEngineIO("/engine.io", Engine(), session => new Bouncing(session, requests));
        app.MapSocketIO("/socket.io", Map);
        return app;
    }

    private static EngineOptions Engine() => new()
    {
        PingInterval = EnginePingInterval,
        MaxPayload = MaxPayload,
        AllowRequest = static context => new(context.Request.Query.ContainsKey("deny") ? "" : null),
        OnHandshakeHeaders = static context => context.Response.Headers.SetCookie = new StringValues(
        [
            "1=1; Max-Age=86400",
            "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
            "3=3; Max-Age=0",
            "4=4; Expires=" + DateTimeOffset.UtcNow.ToString("R", CultureInfo.InvariantCulture),
        ]),
    };

    private static void Map(SocketIOBuilder io)
    {
        io.Use(static (socket, next, _) => socket.Handshake.Query.ContainsKey("fail") ? throw new SocketRefusedException("Auth failed (main namespace)") : next());
        io.Of("/no").Use(static (_, _, _) => throw new SocketRefusedException("Auth failed (custom namespace)"));
        io.Of("/timeout_socket");
        io.Of("/valid");
        io.Of("/asd");
        io.Of("/foo").On("getId", static (e, _) => Task.FromResult(e.Ack(e.Socket.Id)));
        io.Of("/abc").OnConnection(static async (socket, _) => await socket.EmitAsync("handshake", Shown(socket)));

        io.On("getId", static (e, _) => Task.FromResult(e.Ack(e.Socket.Id)));
        io.On("getHandshake", static (e, _) => Task.FromResult(e.Ack(Shown(e.Socket))));
        io.On("hi", static async (e, _) => await e.Socket.EmitAsync("hi"));
        io.On("echo", static (e, _) => Task.FromResult(e.Ack(e.Args.At(0))));
        io.On("ack", static (e, cancellation) =>
        {
            // Not awaited: a client that does not answer must not keep its next event waiting.
            _ = AskAsync(e.Socket);
            return Task.CompletedTask;
        });
        io.On("getAckDate", static (e, _) => Task.FromResult(e.Ack(DateTimeOffset.UtcNow)));
        io.On("getDate", static async (e, _) => await e.Socket.EmitAsync("takeDate", DateTimeOffset.UtcNow));
        io.On("getDateObj", static async (e, _) => await e.Socket.EmitAsync("takeDateObj", new { Date = DateTimeOffset.UtcNow }));
        io.On("false", static async (e, _) => await e.Socket.EmitAsync("false", false));
        io.On("getUtf8", static async (e, _) =>
        {
            foreach (var text in Utf8)
                await e.Socket.EmitAsync("takeUtf8", text);
        });
        MapBinary(io);
    }

    /// <summary>Each answers only when what came is what it should be.</summary>
    private static void MapBinary(SocketIOBuilder io)
    {
        io.On("doge", static async (e, _) => await e.Socket.EmitAsync("doge", Bytes));
        io.On("getbin", static async (e, _) => await e.Socket.EmitAsync("takebin", Bytes));
        AnswerWhen(io, "buffa", "buffack", static e => IsBinary(e));
        AnswerWhen(io, "blob", "back", static e => IsBinary(e));
        AnswerWhen(io, "jsonbuff", "jsonbuff-ack", static e => e.Args.At(0).As<Mixed>() is { Hello: "lol", Message.Length: > 0, Goodbye: "gotcha" });
        AnswerWhen(io, "jsonblob", "jsonblob-ack", static e => e.Args.At(0).As<Mixed>() is { Hello: "lol", Message.Length: > 0, Goodbye: "gotcha" });
        io.On("abuff1", static (e, _) => Task.FromResult(e.Socket.Data["abuff1"] = IsBinary(e)));
        AnswerWhen(io, "abuff2", "abuff2-ack", static e => Held(e, "abuff1"));
        io.On("blob1", static (e, _) => Task.FromResult(e.Socket.Data["blob1"] = IsBinary(e)));
        io.On("blob2", static (e, _) => Task.FromResult(e.Socket.Data["blob2"] = Held(e, "blob1") && e.Args.At(0).As<string>() == "second"));
        AnswerWhen(io, "blob3", "blob3-ack", static e => IsBinary(e) && Held(e, "blob2"));
    }

    private static void AnswerWhen(SocketIOBuilder io, string eventName, string answer, Func<SocketEvent, bool> holds) => io.On(eventName, async (e, _) =>
    {
        if (holds(e))
            await e.Socket.EmitAsync(answer);
    });

    private static bool Held(SocketEvent happened, string before) => happened.Socket.Data.TryGetValue(before, out var held) && held is true;

    private static bool IsBinary(SocketEvent happened) => happened.Args.At(0) is { Attachments.Count: 1, Utf8Json.Span: [(byte)'{', ..] };

    private static async Task AskAsync(Socket socket)
    {
        try
        {
            var answer = await socket.EmitWithAckAsync<SocketArguments>("ack", AckPatience);
            if (answer.At(0).As<int>() == 5 && answer.At(1).As<Answer>() is { Test: true })
                await socket.EmitAsync("got it");
        }
        catch (Exception e) when (e is TimeoutException or SocketDisconnectedException)
        {
            // The suite says nothing on purpose.
        }
    }

    private static object Shown(Socket socket) => new
    {
        Query = socket.Handshake.Query.ToDictionary(static q => q.Key, static q => q.Value.ToString()),
        Headers = socket.Handshake.Headers.ToDictionary(static h => h.Key, static h => h.Value.ToString()),
        socket.Handshake.Auth,
        Time = socket.Handshake.Time.ToString("R", CultureInfo.InvariantCulture),
        Issued = socket.Handshake.Time.ToUnixTimeMilliseconds(),
        Address = socket.Handshake.RemoteAddress?.ToString(),
    };

    private sealed record Mixed(string Hello, byte[] Message, string Goodbye);

    private sealed record Answer(bool Test);

    /// <summary>Greets, and sends messages back but for three.</summary>
    private sealed class Bouncing(EngineSession session, IHttpContextAccessor requests) : EngineHandler
    {
        public override void OnOpened() => session.SendText("hi"u8);

        public override ValueTask OnTextAsync(ReadOnlyMemory<byte> text)
        {
            switch (Encoding.UTF8.GetString(text.Span))
            {
                case "give binary":
                    session.SendBinary(new byte[] { 0, 1, 2, 3, 4 });
                    break;
                case "give utf8":
                    session.SendText("пойду спать всем спокойной ночи"u8);
                    break;
                case "sendHeaders":
#pragma warning disable CA1308 // Node has header names in lower case.
                    var headers = requests.HttpContext?.Request.Headers.ToDictionary(static h => h.Key.ToLowerInvariant(), static h => h.Value.ToString());
#pragma warning restore CA1308
                    session.SendText(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(headers));
                    break;
                default:
                    session.SendText(text.Span);
                    break;
            }

            return ValueTask.CompletedTask;
        }

        public override ValueTask OnBinaryAsync(ReadOnlyMemory<byte> data)
        {
            session.SendBinary(data);
            return ValueTask.CompletedTask;
        }

        public override void OnClosed(EngineCloseReason reason)
        {
        }
    }
}

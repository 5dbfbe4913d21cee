using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Jobs;
using Stoa.Server.Realtime.Presence;
using Stoa.SocketIO;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Server.Realtime;

/// <summary>The one Socket.IO endpoint of the server.</summary>
public static class RealtimeServices
{
    public const string Path = "/socket.io";

    public static IServiceCollection AddRealtime(this IServiceCollection services, StoaSettings settings)
    {
        if (settings.SocketIO.LetGo)
            services.AddSocketIOTransport();
        services.AddSocketIO(o =>
        {
            o.PingInterval = settings.SocketIO.PingInterval;
            o.PingTimeout = settings.SocketIO.PingTimeout;
            o.MaxPayload = settings.SocketIO.MaxPayload;
            o.AllowRequest = new PageOrigins(settings.AllowedOrigins).WhyNotAsync;
            o.MaxConnections = settings.SocketIO.MaxConnections;
            o.MaxUnadmitted = settings.SocketIO.MaxUnadmitted;
            o.MaxUnadmittedPerNetwork = settings.SocketIO.MaxUnadmittedPerNetwork;
            o.NetworkOf = static address => ClientNetwork.Of(address) is { IsCounted: true } network ? network : null;
            if (settings.SocketIO.RecoverFor > TimeSpan.Zero)
            {
                // The token is checked again: the session may have ended meanwhile.
                o.Recovery = new RecoveryOptions { MaxDisconnection = settings.SocketIO.RecoverFor, SkipMiddleware = false };
            }

            foreach (var origin in settings.AllowedOrigins)
                (o.Cors ??= new EngineCors { Credentials = true }).Origins.Add(origin);
        });

        services.AddNodes(settings);

        // Sockets read and write JSON exactly as routes do.
        services.AddOptions<SocketIOOptions>().Configure<JsonSerializerOptions>(static (o, json) => o.Json = json);
        services.AddSingleton<DeskKey>();
        services.AddSingleton<SocketGate>();
        services.AddSingleton<SocketShares>();
        services.AddSingleton<Connections>();
        services.AddSingleton<OpenRooms>();
        services.AddSingleton<Announcer>();
        services.AddScoped<RoomAccess>();
        services.AddSingleton<IRoomRule, AccountRoom>();
        services.AddSingleton<IRoomRule, SessionRoom>();
        services.AddSingleton<IRoomRule, AdminsRoom>();
        services.AddSingleton<SocketWatch>();
        services.AddHostedService(static p => p.GetRequiredService<SocketWatch>());
        services.AddSingleton<AskRightsAgain>();
        services.AddSingleton<IOutboxSubscriber<RightsChanged>>(static p => p.GetRequiredService<AskRightsAgain>());
        services.AddScoped<IOutboxSubscriber<SessionsEnded>, CloseEndedSessions>();
        services.AddSingleton<PresenceRecord>();
        services.AddSingleton<AnnouncePresence>();
        services.AddSingleton<PresenceKeeper>();
        services.AddSingleton<IRetold>(static p => p.GetRequiredService<PresenceKeeper>());
        services.AddSingleton<RetellGap>();
        services.AddSingleton<PresenceVisibility>();
        services.AddHostedService(static p => p.GetRequiredService<PresenceKeeper>());
        services.AddScoped<ReadPresence>();
        return services;
    }

    /// <summary>Maps the default namespace: gate, greeting, then each module's events.</summary>
    /// <remarks>
    /// Requests of the endpoint cost nothing: a client that polls makes one for each event. Counted are the connections that have not signed in (<see cref="EngineOptions.MaxUnadmitted"/>),
    /// and what an account connects and sends (<see cref="SocketShares"/>).
    /// </remarks>
    public static void MapRealtime(this IEndpointRouteBuilder routes, params Action<SocketNamespaceBuilder>[] doors)
    {
        var services = routes.ServiceProvider;
        var gate = services.GetRequiredService<SocketGate>();
        var shares = services.GetRequiredService<SocketShares>();
        var sessions = services.GetRequiredService<SessionGate>();
        var connections = services.GetRequiredService<Connections>();
        var presence = services.GetRequiredService<PresenceKeeper>();
        var watch = services.GetRequiredService<SocketWatch>();
        var open = services.GetRequiredService<OpenRooms>();
        var gaps = services.GetRequiredService<RetellGap>();
        var asking = services.GetRequiredService<AskRightsAgain>();
        routes.MapSocketIO(Path, io =>
        {
            io.Use(gate.AdmitAsync);
            io.OnConnection(shares.ConnectedAsync);
            io.OnDisconnect(shares.DisconnectedAsync);
            io.OnConnection(presence.ConnectedAsync);
            io.OnDisconnect(presence.DisconnectedAsync);
            io.OnConnection((socket, _) => Done(() => watch.Add(socket)));
            io.OnDisconnect((socket, _) => Done(() => watch.Remove(socket)));
            io.OnConnection(connections.WelcomeAsync);
            io.OnServerSide(Events.SessionsEnded, (ended, _) =>
            {
                sessions.Forget(ended.At(0).As<List<long>>() ?? []);
                return Task.FromResult<object?>(null);
            });
            io.OnServerSide(Events.RightsChanged, async (changed, cancellation) =>
            {
                await asking.HearAsync(changed.At(0).As<List<long>>() ?? [], cancellation);
                return null;
            });
            io.OnCreateRoom((_, room) => open.Opened(room));
            io.OnDeleteRoom((_, room) => open.Closed(room));
            io.OnGap((_, since, cancellation) => gaps.ReturnAsync(since, cancellation));
            io.OnServerSide(Events.ServerReturned, async (returned, cancellation) =>
            {
                await gaps.HearAsync(DateTimeOffset.FromUnixTimeMilliseconds(returned.At(0).As<long>()), cancellation);
                return null;
            });
            io.UseEvents(SocketDoor.AnswerOutagesAsync);
            io.UseEvents(gate.StillAliveAsync);
            io.UseEvents(shares.TakeAsync);
            foreach (var door in doors)
                door(io);
        }).Costs(0);

        static Task Done(Action act)
        {
            act();
            return Task.CompletedTask;
        }
    }
}

[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(IReadOnlyList<long>))]
[JsonSerializable(typeof(long[]))]
[JsonSerializable(typeof(Connected))]
[JsonSerializable(typeof(PresenceList))]
[JsonSerializable(typeof(UserPresence))]
[JsonSerializable(typeof(SocketRefusal))]
[JsonSerializable(typeof(SocketPong))]
[JsonSerializable(typeof(SocketStats))]
[JsonSerializable(typeof(EventAnswer))]
[JsonSerializable(typeof(EventError))]
public sealed partial class RealtimeJson : JsonSerializerContext;

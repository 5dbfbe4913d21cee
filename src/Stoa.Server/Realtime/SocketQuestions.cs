using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary><c>pong</c>.</summary>
/// <param name="Timestamp">The server's time: a client with a wrong clock may go by it.</param>
public sealed record SocketPong(DateTimeOffset Timestamp);

/// <summary><c>stats</c>: about this connection; for administrators about the server too.</summary>
/// <param name="Rooms">How many rooms this socket is in.</param>
/// <param name="Sockets">For administrators: sockets of this server; null for others.</param>
/// <param name="OnlineUsers">For administrators: accounts that are online at any server; null for others.</param>
public sealed record SocketStats(string SocketId, DateTimeOffset ConnectedAt, int Rooms, int? Sockets, int? OnlineUsers, DateTimeOffset Timestamp);

/// <summary>What any client may ask its connection: is it alive, and how does it stand (contract B.3, B.4). What comes with the question is not looked at.</summary>
public static class SocketQuestions
{
    public static void MapSocketQuestions(SocketNamespaceBuilder io)
    {
        io.On(Events.Ping, static async (happened, _) =>
            await AnswerAsync(happened, Events.Pong, new SocketPong(happened.Services.GetRequiredService<TimeProvider>().GetUtcNow())));
        io.On(Events.GetStats, static async (happened, cancellation) => await AnswerAsync(happened, Events.Stats, await StatsAsync(happened.Socket, cancellation)));
    }

    private static async Task AnswerAsync(SocketEvent happened, string name, object answer)
    {
        happened.Ack(new EventAnswer(true, answer, null, null, null));
        await happened.Socket.EmitAsync(name, answer);
    }

    private static async Task<SocketStats> StatsAsync(Socket socket, CancellationToken cancellation)
    {
        var now = socket.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var isAdmin = SocketGate.CallerOf(socket) is { IsAdmin: true } or { IsSupportDesk: true };
        int? online = isAdmin
            ? await socket.Services.GetRequiredService<StoaDb>().OnlineUsers.Where(o => o.Node!.LeaseUntil > now).Select(static o => o.UserId).Distinct().CountAsync(cancellation)
            : null;
        return new SocketStats(socket.Id, socket.Handshake.Time, socket.Rooms.Count, isAdmin ? socket.Namespace.LocalCount : null, online, now);
    }
}

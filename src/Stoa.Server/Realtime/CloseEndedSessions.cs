using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Closes the sockets of sessions that have ended, on every server, and makes the other servers forget them.</summary>
public sealed class CloseEndedSessions(SocketIOServer sockets) : IOutboxSubscriber<SessionsEnded>
{
    public async Task HandleAsync(SessionsEnded what, CancellationToken cancellation)
    {
        if (what.SessionIds.Count == 0)
            return;
        // Before the sockets close: their clients may ask for something over HTTP at once.
        await sockets.Of("/").ServerSideEmitAsync(Events.SessionsEnded, what.SessionIds);
        await sockets.In([.. what.SessionIds.Select(Rooms.Session)]).DisconnectSocketsAsync(close: true);
    }
}

using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Closes the sockets of sessions that have ended.</summary>
public sealed class CloseEndedSessions(SocketIOServer sockets) : IOutboxSubscriber<SessionsEnded>
{
    public async Task HandleAsync(SessionsEnded what, CancellationToken cancellation)
    {
        if (what.SessionIds.Count > 0)
            await sockets.In([.. what.SessionIds.Select(Rooms.Session)]).DisconnectSocketsAsync(close: true);
    }
}

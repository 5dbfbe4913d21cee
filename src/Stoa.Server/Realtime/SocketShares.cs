using Stoa.Core;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>What sockets take from the shares of their accounts: each connection and event a part of its requests, and so many sockets at a time.</summary>
/// <remarks>Counted at this node. Refusals: <c>rate.requests</c>, <c>socket.too_many</c>.</remarks>
public sealed class SocketShares(RequestLimits limits, StoaSettings settings)
{
    public static readonly Refusal TooManySockets = Refusal.TooMany("socket.too_many", "Too many connections of this account, please close some");
    private readonly Lock gate = new();
    private readonly Dictionary<long, int> connected = [];

    /// <summary>Before every event, whatever its name: goes on when the account's share has room for it.</summary>
    public Task TakeAsync(SocketEvent happened, Func<Task> next, CancellationToken cancellation) =>
        limits.WhyNot(SocketGate.CallerOf(happened.Socket), Events.CostOf(happened.Name)) is { } refusal
            ? SocketDoor.RefuseAsync(happened, Events.DmError, refusal)
            : next();

    /// <summary>Null when the account may connect one more socket. Of many at once more may pass here than there is room for; <see cref="ConnectedAsync"/> is exact.</summary>
    public Refusal? WhyNot(Caller caller)
    {
        lock (gate)
        {
            if (connected.GetValueOrDefault(caller.UserId) >= settings.SocketIO.MaxPerAccount)
                return TooManySockets;
        }

        return limits.WhyNot(caller, 1);
    }

    /// <summary>Counts a socket that is in; one too many is told why and goes again.</summary>
    public async Task ConnectedAsync(Socket socket, CancellationToken cancellation)
    {
        if (Count(SocketGate.CallerOf(socket).UserId, 1) <= settings.SocketIO.MaxPerAccount)
            return;
        await socket.TellRefusalAsync(Events.DmError, TooManySockets, Events.Connected);
        await socket.DisconnectAsync(close: true);
    }

    public Task DisconnectedAsync(Socket socket, DisconnectReason reason)
    {
        Count(SocketGate.CallerOf(socket).UserId, -1);
        return Task.CompletedTask;
    }

    private int Count(long account, int change)
    {
        lock (gate)
        {
            var count = connected.GetValueOrDefault(account) + change;
            if (count == 0)
                connected.Remove(account);
            else
                connected[account] = count;
            return count;
        }
    }
}

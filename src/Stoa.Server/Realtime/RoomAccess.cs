using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Tokens;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>The one way into a room. Being in one is a permission: given by the room's <see cref="IRoomRule"/>, and taken back when rights change.</summary>
/// <remarks>
/// A rule is asked with what the caller may at this moment. When the account's rights move while it is asked, it is asked again, so a right that is taken
/// away is never outlived by a socket that was just joining. A room without a rule lets nobody in.
/// </remarks>
public sealed class RoomAccess(IEnumerable<IRoomRule> rules, SessionGate sessions)
{
    /// <summary>Lets the socket into the room; false when its caller may not be there.</summary>
    /// <exception cref="InvalidOperationException">No rule says who may be in rooms of this kind: it must be registered.</exception>
    public async Task<bool> JoinAsync(Socket socket, string room, CancellationToken cancellation)
    {
        var rule = RuleOf(room) ?? throw new InvalidOperationException($"No {nameof(IRoomRule)} says who may be in '{room}'.");
        var caller = await NowAsync(socket, cancellation);
        while (caller is not null && await rule.AdmitsAsync(room[rule.Prefix.Length..], caller, cancellation))
        {
            await socket.JoinAsync(room);
            var now = await NowAsync(socket, cancellation);
            if (now?.RightsVersion == caller.RightsVersion)
                return true;
            caller = now;
        }

        await socket.LeaveAsync(room);
        return false;
    }

    /// <summary>Brings the socket's rooms in line with what its caller may now: leaves some, joins those that are given.</summary>
    /// <returns>False when its session is over: it is closed then.</returns>
    public async Task<bool> AskAgainAsync(Socket socket, CancellationToken cancellation)
    {
        var caller = await NowAsync(socket, cancellation);
        while (caller is not null)
        {
            await FitAsync(socket, caller, cancellation);
            var now = await NowAsync(socket, cancellation);
            if (now?.RightsVersion == caller.RightsVersion)
            {
                // Only now: until all rooms are in line the socket counts as one to be asked about.
                SocketGate.Remember(socket, now);
                return true;
            }

            caller = now;
        }

        await socket.DisconnectAsync(close: true);
        return false;
    }

    private async Task FitAsync(Socket socket, Caller caller, CancellationToken cancellation)
    {
        foreach (var room in socket.Rooms)
        {
            if (room == socket.Id)
                continue;
            if (RuleOf(room) is not { } rule || !await rule.AdmitsAsync(room[rule.Prefix.Length..], caller, cancellation))
                await socket.LeaveAsync(room);
        }

        foreach (var rule in rules)
        {
            if (rule.GivenTo(caller) is { } given)
                await socket.JoinAsync(given);
        }
    }

    private ValueTask<Caller?> NowAsync(Socket socket, CancellationToken cancellation) => SocketGate.NowAsync(socket, sessions, cancellation);

    private IRoomRule? RuleOf(string room) => rules.FirstOrDefault(r => room.StartsWith(r.Prefix, StringComparison.Ordinal));
}

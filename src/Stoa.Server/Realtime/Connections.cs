using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Json;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary><c>connected</c>: what S3's and S4's clients wait for; an anonymous user would mean "sign in again".</summary>
public sealed record Connected(
    string SocketId,
    ConnectedUser User,
    [property: JsonPropertyName("user_id")] StringId UserId,
    string Message,
    DateTimeOffset Timestamp);

public sealed record ConnectedUser(StringId Id, string Name, string Role, bool IsAnonymous);

/// <summary>What happens when a socket connects: it joins the rooms of its account and session, and is greeted.</summary>
public sealed class Connections(TimeProvider clock)
{
    public async Task WelcomeAsync(Socket socket, CancellationToken cancellation)
    {
        var caller = SocketGate.CallerOf(socket);
        await socket.JoinAsync(Rooms.User(caller.UserId), Rooms.Session(caller.SessionId));
        if (caller.Type == PartyType.Admin)
            await socket.JoinAsync(Rooms.Admins);
        await socket.EmitAsync(Events.Connected, new Connected(
            socket.Id,
            new ConnectedUser(caller.UserId, caller.Name, PartyNames.Of(caller.Type), IsAnonymous: false),
            caller.UserId,
            "Connected",
            clock.GetUtcNow()));
    }
}

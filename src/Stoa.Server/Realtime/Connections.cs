using System.Text.Json.Serialization;
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

/// <summary>What happens when a socket connects: it joins the rooms that are given to it, and is greeted.</summary>
public sealed class Connections(TimeProvider clock)
{
    public async Task WelcomeAsync(Socket socket, CancellationToken cancellation)
    {
        if (!await socket.Services.GetRequiredService<RoomAccess>().AskAgainAsync(socket, cancellation))
            return;
        var caller = SocketGate.CallerOf(socket);
        await socket.EmitAsync(Events.Connected, new Connected(
            socket.Id,
            new ConnectedUser(caller.UserId, caller.Name, PartyNames.Of(caller.Type), IsAnonymous: false),
            caller.UserId,
            "Connected",
            clock.GetUtcNow()));
    }
}

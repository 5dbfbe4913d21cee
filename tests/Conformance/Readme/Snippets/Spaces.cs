using System.Text.RegularExpressions;

namespace Stoa.Conformance.Readme;

internal static class Spaces
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.Of("/chat").OnConnection(async (socket, cancellation) => await socket.EmitAsync("hello", "chat"));
        io.Of(new Regex("^/game-[0-9]+$")).OnConnection(async (socket, cancellation) => await socket.EmitAsync("hello", socket.Namespace.Name));
        io.Of("/chat").On<string>("to all games", async (socket, text, cancellation) =>
        {
            // Those that have clients on this node; each reaches its sockets on all nodes.
            foreach (var game in socket.Namespace.Server.Namespaces.Where(space => space.Name.StartsWith("/game-", StringComparison.Ordinal)))
                await game.EmitAsync("said", text);
        });
        // end
    }
}

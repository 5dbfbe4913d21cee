using System.Text.RegularExpressions;

namespace Stoa.Conformance.Readme;

internal static class Spaces
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.Of("/chat").OnConnection(async (socket, _) => await socket.EmitAsync("hello", "chat"));
        io.Of(new Regex("^/game-[0-9]+$")).OnConnection(async (socket, _) => await socket.EmitAsync("hello", socket.Namespace.Name));
        // end
    }
}

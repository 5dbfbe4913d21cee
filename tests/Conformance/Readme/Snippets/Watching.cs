using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.Readme;

internal static class Watching
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.OnUpgrade(async (socket, cancellation) => await socket.EmitAsync("upgraded", socket.Transport == EngineTransports.WebSocket));
        io.OnAnyOutgoing((socket, name, arguments) => Console.WriteLine($"{socket.Id} is sent {name} with {arguments.Count} arguments"));
        io.OnCreateRoom((space, room) => Console.WriteLine($"{room} of {space.Name} has its first member here"));
        io.OnDeleteRoom((space, room) => Console.WriteLine($"{room} of {space.Name} is empty here"));
        io.OnJoinRoom((socket, room) => Console.WriteLine($"{socket.Id} is in {room}"));
        io.OnLeaveRoom((socket, room) => Console.WriteLine($"{socket.Id} is not in {room} any more"));
        io.OnGap(async (space, since, cancellation) => await space.EmitAsync("read again", since));
        // end
    }
}

namespace Stoa.Conformance.Readme;

internal static class RoomsAndBroadcasts
{
    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.OnConnection(async (socket, cancellation) => await socket.JoinAsync("lobby"));
        io.On<string>("join", async (socket, room, cancellation) => await socket.JoinAsync("room:" + room));
        io.On<string>("leave", async (socket, room, cancellation) => await socket.LeaveAsync("room:" + room));
        io.On<string>("say", async (socket, text, cancellation) =>
        {
            await socket.EmitAsync("you said", text);                                       // the sender alone
            await socket.To("lobby").EmitAsync("said", text);                               // the room without the sender
            await socket.Broadcast.EmitAsync("heard", text);                                // everybody without the sender
            await socket.Namespace.To("lobby", "room:a").Except("room:b").EmitAsync("in the lobby or a, not in b", text);
            await socket.Namespace.EmitAsync("everybody", text);
            await socket.Namespace.Volatile.EmitAsync("position", 1, 2);                    // dropped for those who cannot take it now
        });
        io.On<string>("close", async (socket, room, cancellation) =>
        {
            await socket.Namespace.In("room:" + room).SocketsLeaveAsync("lobby");
            await socket.Namespace.In("room:" + room).DisconnectSocketsAsync();
        });
        io.On("who", async (happened, cancellation) =>
        {
            var sockets = await happened.Socket.Namespace.In("lobby").FetchSocketsAsync(cancellation);
            happened.Ack(sockets.Select(s => s.Id));
        });
        // end
    }
}

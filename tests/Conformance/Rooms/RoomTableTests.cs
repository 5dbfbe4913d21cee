using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Rooms;

/// <summary>A large room keeps its members apart from what readers of a broadcast were given.</summary>
public sealed class RoomTableTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(500)]
    public async Task What_a_broadcast_was_given_does_not_change_under_it(int members)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var connection = server.IO.Of("/").LocalSockets()[0].Connection;
        var room = new Room();
        var sockets = Enumerable.Range(0, members)
            .Select(i => new SocketIO.Namespaces.Socket(server.IO.Of("/"), connection, $"s{i}", server.IO.Of("/").LocalSockets()[0].Handshake))
            .ToList();
        foreach (var socket in sockets)
            Assert.True(room.Add(socket));
        Assert.False(room.Add(sockets[3]));
        var shared = room.Share();
        for (var i = 0; i < members; i += 2)
            Assert.True(room.Remove(sockets[i]));
        Assert.False(room.Remove(sockets[0]));

        Assert.Equal(sockets, shared.ToArray());
        Assert.Equal(sockets.Where((_, i) => i % 2 == 1).Select(s => s.Id).Order(), room.Share().ToArray().Select(s => s.Id).Order());
        Assert.All(sockets, s => Assert.Equal(room.Share().ToArray().Contains(s), room.Contains(s)));
    }
}

using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>Tells those who watch.</summary>
internal sealed partial class NamespaceHandlers
{
    /// <summary>Whether somebody wants to know who joins and leaves rooms.</summary>
    public bool WatchesMembers => _built.Joined.Count + _built.Left.Count > 0;

    public bool WatchesUpgrades => _built.Upgraded.Count > 0;

    public bool WatchesOutgoing => _built.Outgoing.Count > 0;

    public async ValueTask UpgradedAsync(Socket socket)
    {
        foreach (var handler in _built.Upgraded)
            await GuardAsync("upgrade", () => handler(socket, _stopping));
        await EndScopeAsync(socket);
    }

    public async Task GapAsync(SocketNamespace space, DateTimeOffset since)
    {
        foreach (var handler in _built.Gaps)
            await GuardAsync("gap", () => handler(space, since, _stopping));
    }

    /// <summary>The packet is an event.</summary>
    public void Outgoing(Socket socket, SocketPacket packet)
    {
        var arguments = socket.Namespace.Arguments(packet.Utf8Json, packet.Attachments, isEvent: true);
        var name = socket.Namespace.Arguments(packet.Utf8Json, [], isEvent: false).At(0).As<string>() ?? "";
        foreach (var listener in _built.Outgoing)
            Guard("outgoing", () => listener(socket, name, arguments));
    }

    public void RoomsCreated(SocketNamespace space, IReadOnlyList<string> rooms) => Tell("room creation", _built.RoomCreated, space, rooms);

    public void RoomsDeleted(SocketNamespace space, IReadOnlyList<string> rooms) => Tell("room deletion", _built.RoomDeleted, space, rooms);

    public void Joined(Socket socket, IReadOnlyList<string> rooms) => Tell("room joining", _built.Joined, socket, rooms);

    public void Left(Socket socket, IReadOnlyList<string> rooms) => Tell("room leaving", _built.Left, socket, rooms);

    private void Tell<T>(string what, List<Action<T, string>> listeners, T about, IReadOnlyList<string> rooms)
    {
        foreach (var listener in listeners)
        {
            foreach (var room in rooms)
                Guard(what, () => listener(about, room));
        }
    }

    private void Guard(string what, Action listener)
    {
        try
        {
            listener();
        }
#pragma warning disable CA1031 // Whoever watches must not harm what is watched.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SocketLog.HandlerFailed(_log, e, "", what, "");
        }
    }
}

using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Rooms;

/// <summary>
/// Who is in which room on this node (Socket.IO, "Rooms"). A room exists while it has members. The room named after a socket's own id is
/// implied and not stored: most of a server's rooms are such.
/// </summary>
/// <remarks>Thread-safe. Joining and leaving are O(1) per room, except that leaving a room that is being broadcast to copies its member list.</remarks>
internal sealed class RoomTable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Socket> _sockets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private readonly Room _all = new();

    /// <summary>Sockets of this node.</summary>
    public int Count => _all.Count;

    /// <summary>The names of the rooms, those named after sockets not included.</summary>
    public IReadOnlyCollection<string> Names
    {
        get
        {
            lock (_gate)
                return [.. _rooms.Keys];
        }
    }

    /// <summary>Makes the socket a member of the namespace, of its own room and of those it joined while it was being let in.</summary>
    /// <param name="made">The rooms that did not exist before; null when there are none.</param>
    /// <returns>False when its id is taken, or it has gone already.</returns>
    public bool Add(Socket socket, out List<string>? made)
    {
        made = null;
        lock (_gate)
        {
            if (socket.Membership != Membership.Outside || !_sockets.TryAdd(socket.Id, socket))
                return false;
            socket.Membership = Membership.Inside;
            _all.Add(socket);
            foreach (var name in socket.JoinedRooms ?? [])
                Fill(socket, name, ref made);
            return true;
        }
    }

    public Socket? Find(string id)
    {
        lock (_gate)
            return _sockets.GetValueOrDefault(id);
    }

    public bool Exists(string room)
    {
        lock (_gate)
            return _rooms.ContainsKey(room) || _sockets.ContainsKey(room);
    }

    /// <summary>Returns the rooms that did not exist before; null when there are none. A socket that has left the namespace joins nothing; one that is being let in joins later.</summary>
    public List<string>? Join(Socket socket, IEnumerable<string> rooms)
    {
        List<string>? made = null;
        lock (_gate)
        {
            if (socket.Membership == Membership.Left)
                return null;
            foreach (var name in rooms)
            {
                if (name == socket.Id || !(socket.JoinedRooms ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
                    continue;
                if (socket.Membership == Membership.Inside)
                    Fill(socket, name, ref made);
            }
        }

        return made;
    }

    /// <summary>Returns the rooms that exist no more; null when there are none.</summary>
    public List<string>? Leave(Socket socket, IEnumerable<string> rooms)
    {
        List<string>? gone = null;
        lock (_gate)
        {
            foreach (var name in rooms)
            {
                if (socket.Membership != Membership.Left && socket.JoinedRooms?.Remove(name) == true)
                    Drop(socket, name, ref gone);
            }
        }

        return gone;
    }

    /// <summary>Takes the socket out of the namespace; it keeps the list of its rooms. Returns the rooms that exist no more.</summary>
    public List<string>? Remove(Socket socket)
    {
        List<string>? gone = null;
        lock (_gate)
        {
            var was = socket.Membership;
            socket.Membership = Membership.Left;
            if (was != Membership.Inside)
                return null;
            _all.Remove(socket);
            _sockets.Remove(socket.Id);
            foreach (var name in socket.JoinedRooms ?? [])
                Drop(socket, name, ref gone);
        }

        return gone;
    }

    /// <summary>The rooms of a socket, its own first.</summary>
    public IReadOnlyList<string> Of(Socket socket)
    {
        lock (_gate)
            return [socket.Id, .. socket.JoinedRooms ?? []];
    }

    /// <summary>The sockets meant. O(1) for one room or all; a union of rooms or an exception costs their size.</summary>
    public Selection Select(BroadcastOptions options)
    {
        lock (_gate)
        {
            var members = options.Rooms.Count switch
            {
                0 => _all.Share(),
                1 => Members(options.Rooms[0]),
                _ => Union(options.Rooms),
            };
            if (options.Except.Count == 0 || members.Length == 0)
                return new Selection(members, null, null);
            if (options.Except is [var only] && Members(only) is { Length: <= 1 } single)
                return new Selection(members, single.Length == 0 ? null : single.Span[0], null);
            var excluded = new HashSet<Socket>();
            foreach (var room in options.Except)
                excluded.UnionWith(Members(room).ToArray());
            return new Selection(members, null, excluded);
        }
    }

    private ReadOnlyMemory<Socket> Members(string name)
    {
        var room = _rooms.GetValueOrDefault(name);
        if (!_sockets.TryGetValue(name, out var owner))
            return room?.Share() ?? default;
        Socket[] members = room is null ? [owner] : [owner, .. room.Share().ToArray().Where(m => m != owner)];
        return members;
    }

    private ReadOnlyMemory<Socket> Union(IReadOnlyList<string> rooms)
    {
        var union = new HashSet<Socket>();
        foreach (var room in rooms)
            union.UnionWith(Members(room).ToArray());
        return union.ToArray();
    }

    private void Fill(Socket socket, string name, ref List<string>? made)
    {
        if (!_rooms.TryGetValue(name, out var room))
        {
            _rooms[name] = room = new Room();
            (made ??= []).Add(name);
        }

        room.Add(socket);
    }

    private void Drop(Socket socket, string name, ref List<string>? gone)
    {
        if (!_rooms.TryGetValue(name, out var room) || !room.Remove(socket) || room.Count > 0)
            return;
        _rooms.Remove(name);
        (gone ??= []).Add(name);
    }
}

/// <summary>Where a socket stands: being let in, a member, or gone for good.</summary>
internal enum Membership : byte
{
    Outside,
    Inside,
    Left,
}

/// <summary>The receivers of one broadcast: members without those excluded.</summary>
internal readonly struct Selection(ReadOnlyMemory<Socket> members, Socket? excluded, HashSet<Socket>? alsoExcluded)
{
    public Enumerator GetEnumerator() => new(members, excluded, alsoExcluded);

    public struct Enumerator(ReadOnlyMemory<Socket> members, Socket? excluded, HashSet<Socket>? alsoExcluded)
    {
        private int _at = -1;

        public readonly Socket Current => members.Span[_at];

        public bool MoveNext()
        {
            while (++_at < members.Length)
            {
                var socket = members.Span[_at];
                if (socket != excluded && alsoExcluded?.Contains(socket) != true)
                    return true;
            }

            return false;
        }
    }
}

using Stoa.SocketIO.Namespaces;

namespace Stoa.SocketIO.Rooms;

/// <summary>
/// The members of one room, in an array that broadcasts walk without a lock: what a reader was given is never overwritten. Adding appends;
/// removing copies first when somebody may be reading. Not thread-safe by itself: see <see cref="RoomTable"/>.
/// </summary>
internal sealed class Room
{
    // Up to here a scan of the array is as fast as a dictionary, which most rooms then never need.
    private const int Scanned = 32;
    private Socket[] _members = new Socket[2];
    private Dictionary<Socket, int>? _places;
    private bool _shared;

    public int Count { get; private set; }

    public bool Contains(Socket socket) => Place(socket) >= 0;

    /// <summary>The members now; valid for as long as the caller likes.</summary>
    public ReadOnlyMemory<Socket> Share()
    {
        _shared = true;
        return _members.AsMemory(0, Count);
    }

    public bool Add(Socket socket)
    {
        if (Place(socket) >= 0)
            return false;
        if (Count == _members.Length)
        {
            Array.Resize(ref _members, Count * 2);
            _shared = false;
        }

        _members[Count] = socket;
        _places?.Add(socket, Count);
        Count++;
        if (_places is null && Count > Scanned)
            _places = _members.Take(Count).Select((member, place) => (member, place)).ToDictionary(m => m.member, m => m.place);
        return true;
    }

    public bool Remove(Socket socket)
    {
        var place = Place(socket);
        if (place < 0)
            return false;
        if (_shared)
        {
            _members = [.. _members];
            _shared = false;
        }

        Count--;
        var last = _members[Count];
        _members[place] = last;
        _members[Count] = null!;
        if (_places is not null)
        {
            _places[last] = place;
            _places.Remove(socket);
        }

        return true;
    }

    private int Place(Socket socket) =>
        _places is null ? Array.IndexOf(_members, socket, 0, Count) : _places.TryGetValue(socket, out var place) ? place : -1;
}

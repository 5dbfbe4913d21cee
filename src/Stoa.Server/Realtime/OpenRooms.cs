using System.Collections.Concurrent;
using System.Globalization;

namespace Stoa.Server.Realtime;

/// <summary>Which rooms have sockets of this server in them, and since when without a break. In memory; thread-safe.</summary>
public sealed class OpenRooms(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> since = new(StringComparer.Ordinal);

    public void Opened(string room) => since[room] = clock.GetUtcNow();

    public void Closed(string room) => since.TryRemove(room, out _);

    public bool WasOpen(string room, DateTimeOffset then) => since.TryGetValue(room, out var opened) && opened <= then;

    /// <summary>The conversations that somebody here has open. O(rooms).</summary>
    public IEnumerable<long> Conversations()
    {
        foreach (var (room, _) in since)
        {
            if (room.StartsWith(Rooms.ConversationPrefix, StringComparison.Ordinal)
                && long.TryParse(room.AsSpan(Rooms.ConversationPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                yield return id;
        }
    }
}

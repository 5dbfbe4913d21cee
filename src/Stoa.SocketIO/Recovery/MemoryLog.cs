using System.Globalization;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Recovery;

/// <summary>Lost sessions and the events they may miss, in memory, bounded by age, number and size.</summary>
/// <remarks>
/// Offsets carry a mark of this process, so that one of an earlier process is not mistaken for one of this. Of the two locks the one of the data is
/// innermost, nothing is called under it: saving and taking sessions needs only that one, and may happen while an event is being delivered.
/// </remarks>
internal sealed class MemoryLog(RecoveryOptions options, TimeProvider clock)
{
    private readonly Lock _order = new();
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<string, (SavedSession Session, long Until)> _sessions = new(StringComparer.Ordinal);
    private readonly Queue<(string PrivateId, long Until)> _ends = new();
    private readonly string _epoch = Guid.NewGuid().ToString("N")[..8];
    private long _next;
    private long _bytes;

    private sealed record Entry(long Number, SocketPacket Packet, BroadcastOptions Options, long Until)
    {
        public long Bytes { get; } = Packet.Utf8Json.Length + Packet.Attachments.Sum(static a => (long)a.Length);
    }

    /// <summary>Gives the event its offset, keeps it and delivers it. One at a time: offsets must reach each client in their order, or a reconnecting one would skip some.</summary>
    public void Append(SocketPacket packet, BroadcastOptions meant, Action<SocketPacket> deliver)
    {
        lock (_order)
            deliver(Keep(packet, meant));
    }

    public void Save(SavedSession session)
    {
        lock (_gate)
        {
            Trim();
            var until = End();
            _sessions[session.PrivateId] = (session, until);
            _ends.Enqueue((session.PrivateId, until));
            if (_ends.Count > options.MaxSessions)
                DropOldestSession();
        }
    }

    public SavedSession? Take(string privateId)
    {
        lock (_gate)
        {
            Trim();
            return _sessions.Remove(privateId, out var saved) ? saved.Session : null;
        }
    }

    /// <summary>O(kept events).</summary>
    /// <remarks>In the order of deliveries: an event that is found here has been delivered already, to whoever was in its rooms then, and will not be once more.</remarks>
    public IReadOnlyList<SocketPacket>? After(string offset, SavedSession session)
    {
        lock (_order)
        {
            lock (_gate)
            {
                Trim();
                if (!offset.StartsWith(_epoch + "-", StringComparison.Ordinal)
                    || !long.TryParse(offset.AsSpan(_epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var last)
                    || !_entries.TryPeek(out var oldest) || last < oldest.Number || last >= _next)
                {
                    return null;
                }

                return [.. _entries.Where(e => e.Number > last && IsFor(e.Options, session)).Select(e => e.Packet)];
            }
        }
    }

    private static bool IsFor(BroadcastOptions meant, SavedSession session)
    {
        bool In(string room) => room == session.Id || session.Rooms.Contains(room);
        return (meant.Rooms.Count == 0 || meant.Rooms.Any(In)) && !meant.Except.Any(In);
    }

    private SocketPacket Keep(SocketPacket packet, BroadcastOptions meant)
    {
        lock (_gate)
        {
            var number = _next++;
            var entry = new Entry(number, packet.WithOffset($"{_epoch}-{number.ToString("D12", CultureInfo.InvariantCulture)}"), meant, End());
            _entries.Enqueue(entry);
            _bytes += entry.Bytes;
            Trim();
            return entry.Packet;
        }
    }

    private long End() => clock.GetTimestamp() + (long)(options.MaxDisconnection.TotalSeconds * clock.TimestampFrequency);

    private void Trim()
    {
        var now = clock.GetTimestamp();
        while (_entries.TryPeek(out var entry) && (entry.Until < now || _entries.Count > options.MaxPackets || _bytes > options.MaxBytes))
            _bytes -= _entries.Dequeue().Bytes;
        while (_ends.TryPeek(out var end) && end.Until < now)
            DropOldestSession();
    }

    private void DropOldestSession()
    {
        var end = _ends.Dequeue();
        // The same private id may have been saved again since.
        if (_sessions.TryGetValue(end.PrivateId, out var saved) && saved.Until == end.Until)
            _sessions.Remove(end.PrivateId);
    }
}

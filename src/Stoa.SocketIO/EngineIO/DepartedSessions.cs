namespace Stoa.SocketIO.EngineIO;

/// <summary>
/// The ids of polling sessions whose client has just closed them while no GET of it waited. A client sends its close packet and its last
/// GET at once, on two connections; whichever is handled first, the GET is answered as if it had come first (the reference reads both on
/// one thread, in the order they were sent).
/// </summary>
/// <remarks>
/// Only ids are kept, each for one GET and about a second; of more than there is room for the oldest go, whose GET is then told that its
/// session is unknown.
/// </remarks>
internal sealed class DepartedSessions(TimeProvider clock)
{
    private const int MostKept = 4_096;
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly Queue<(string Id, long Since)> _order = new();
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public void Add(string id)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_order.Count == MostKept)
                _ids.Remove(_order.Dequeue().Id);
            _order.Enqueue((id, clock.GetTimestamp()));
            _ids.Add(id);
        }
    }

    /// <summary>True for one GET of a session that left a moment ago.</summary>
    public bool TryTake(string id)
    {
        lock (_gate)
        {
            ForgetOld();
            return _ids.Remove(id);
        }
    }

    private void ForgetOld()
    {
        while (_order.TryPeek(out var oldest) && clock.GetElapsedTime(oldest.Since) > Kept)
            _ids.Remove(_order.Dequeue().Id);
    }
}

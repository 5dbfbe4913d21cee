namespace Stoa.SocketIO.Adapters;

/// <summary>The keys of broadcasts that this node has handed to its sockets, so that none is handed over twice. Thread-safe; O(1).</summary>
internal sealed class OnceOnly
{
    /// <summary>So many keys are remembered; a node that delivers more than these within the time between a broadcast and its repetition delivers some twice.</summary>
    public const int Remembered = 32_768;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>Whether the key is new; it is known from now on.</summary>
    public bool IsFirst(string key)
    {
        lock (_gate)
        {
            if (!_known.Add(key))
                return false;
            _order.Enqueue(key);
            if (_order.Count > Remembered)
                _known.Remove(_order.Dequeue());
            return true;
        }
    }
}

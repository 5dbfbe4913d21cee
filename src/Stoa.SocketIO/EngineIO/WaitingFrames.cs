using System.Buffers;

namespace Stoa.SocketIO.EngineIO;

/// <summary>Frames that wait for one connection. Nothing is allocated for the first; many leave together. Not thread-safe.</summary>
internal struct WaitingFrames
{
    private const int MostTogether = 64 * 1024;
    private byte[]? _first;
    private Queue<byte[]>? _others;

    public readonly int Count => (_first is null ? 0 : 1) + (_others?.Count ?? 0);

    public int Bytes { get; private set; }

    public void Add(byte[] frames)
    {
        Bytes += frames.Length;
        if (_first is null)
            _first = frames;
        else
            (_others ??= new Queue<byte[]>()).Enqueue(frames);
    }

    /// <summary>What is to be written next: frames that waited alone as they are, several as one piece.</summary>
    /// <param name="rented">To be given back to the shared pool when it has been written; null when there is nothing to give back.</param>
    public bool TryTake(out ReadOnlyMemory<byte> piece, out byte[]? rented)
    {
        (piece, rented) = (_first, null);
        if (_first is null)
            return false;
        if (_others is null || _first.Length + _others.Peek().Length > MostTogether)
        {
            Drop();
            return true;
        }

        rented = ArrayPool<byte>.Shared.Rent(Math.Min(Bytes, MostTogether));
        var length = 0;
        while (_first is not null && length + _first.Length <= rented.Length)
        {
            _first.CopyTo(rented, length);
            length += _first.Length;
            Drop();
        }

        piece = rented.AsMemory(0, length);
        return true;
    }

    public void Clear() => this = default;

    private void Drop()
    {
        Bytes -= _first!.Length;
        _first = null;
        if (_others?.TryDequeue(out _first) == true && _others.Count == 0)
            _others = null;
    }
}

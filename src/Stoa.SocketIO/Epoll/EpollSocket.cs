using System.Net.Sockets;

namespace Stoa.SocketIO.Epoll;

/// <summary>
/// A connected socket whose reads and writes are system calls on the caller's thread, and whose waits end on a <see cref="ReadinessLoop"/>. It holds no
/// buffer. One reader and one writer at a time.
/// </summary>
internal sealed class EpollSocket : IDisposable
{
    private readonly Socket _socket;
    private readonly Readiness _readable = new();
    private Readiness? _writable;
    private volatile bool _hungUp;

    /// <param name="socket">Connected, never used with an asynchronous operation before: those would have it watched a second time. Owned from now on.</param>
    public EpollSocket(Socket socket)
    {
        _socket = socket;
        _socket.Blocking = false;
    }

    public Socket Socket => _socket;

    /// <summary>Where its loop finds it.</summary>
    public int Place { get; set; } = -1;

    public ReadinessLoop? Loop { get; set; }

    /// <summary>Ends with 0 when there may be something to receive: bytes, the peer's end or a fault.</summary>
    public ValueTask<int> WaitReadableAsync() => _readable.WaitAsync();

    /// <summary>How many bytes were received; 0: the peer has ended; -1: nothing now.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public int Receive(Span<byte> buffer)
    {
        _readable.Clear();
        var received = _socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return -1;
        if (error != SocketError.Success)
            throw Broken(error);
        // Less than asked for: there is no more (epoll(7)), unless the end came with it, which has no edge of its own.
        if (received == buffer.Length || _hungUp)
            _readable.Set();
        return received;
    }

    /// <summary>Sends on this thread what the kernel takes, and the rest when it has room.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = Send(bytes.Span);
        return sent == bytes.Length ? ValueTask.CompletedTask : SendRestAsync(bytes[sent..]);
    }

    /// <summary>The same for bytes in pieces, with one system call where one is enough.</summary>
    public ValueTask SendAsync(IList<ArraySegment<byte>> pieces)
    {
        var sent = Check(_socket.Send(pieces, SocketFlags.None, out var error), error);
        var at = 0;
        while (at < pieces.Count && sent >= pieces[at].Count)
            sent -= pieces[at++].Count;
        return at == pieces.Count ? ValueTask.CompletedTask : SendRestAsync(pieces, at, sent);
    }

    /// <summary>Ends the connection in both directions; a reader or writer that waits finds out on its loop. Any thread.</summary>
    /// <param name="reset">What the kernel has not sent yet is given up.</param>
    public void Shutdown(bool reset)
    {
        try
        {
            if (reset)
                _socket.LingerState = new LingerOption(true, 0);
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <summary>Lets whoever waits for reading go on, as if there were something.</summary>
    public void Wake() => _readable.Set();

    /// <summary>Closes the socket. Only when nobody reads or writes any more.</summary>
    public void Dispose()
    {
        Loop?.Forget(this);
        _socket.Dispose();
    }

    /// <summary>Called by its loop.</summary>
    public void OnChanged(uint changes)
    {
        const uint Over = LibC.Failed | LibC.HungUp;
        if ((changes & (Over | LibC.PeerClosed)) != 0)
            _hungUp = true;
        if ((changes & (LibC.Writable | Over)) != 0)
            Volatile.Read(ref _writable)?.Set();
        if ((changes & (LibC.Readable | LibC.PeerClosed | Over)) != 0)
            _readable.Set();
    }

    private int Send(ReadOnlySpan<byte> bytes) => Check(_socket.Send(bytes, SocketFlags.None, out var error), error);

    private static int Check(int sent, SocketError error) => error is SocketError.Success or SocketError.WouldBlock ? sent : throw Broken(error);

    private async ValueTask SendRestAsync(IList<ArraySegment<byte>> pieces, int at, int sent)
    {
        await SendRestAsync(pieces[at].AsMemory(sent));
        while (++at < pieces.Count)
            await SendAsync(pieces[at].AsMemory());
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> rest)
    {
        if (_writable is null)
            Volatile.Write(ref _writable, new Readiness());
        while (true)
        {
            _writable.Clear();
            var sent = Send(rest.Span);
            rest = rest[sent..];
            if (rest.Length == 0)
                return;
            if (sent == 0)
                await _writable.WaitAsync();
        }
    }

    private static IOException Broken(SocketError error) => new("The connection is broken.", new SocketException((int)error));
}

namespace Stoa.SocketIO.Epoll;

/// <summary>A socket that was let go, as a stream: a read of no bytes waits, every other one and every write is a system call on the caller's thread first.</summary>
internal sealed class LooseStream(EpollSocket socket) : Stream
{
    // In a row. A peer that sends without end is served on the pool then, and holds up nobody on its loop.
    private const int MostReads = 32;
    private int _reads;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
        {
            var waiting = socket.WaitReadableAsync();
            if (!waiting.IsCompleted)
                _reads = 0;
            return waiting;
        }

        if (++_reads > MostReads)
            return ReadOnPoolAsync(buffer);
        return socket.Receive(buffer.Span) is >= 0 and var received ? ValueTask.FromResult(received) : ReadLaterAsync(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => socket.SendAsync(buffer);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Cuts the connection; what the peer has not taken yet is lost. A read that waits ends on its loop.</summary>
    public void Abort() => socket.Shutdown(reset: true);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            socket.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadOnPoolAsync(Memory<byte> buffer)
    {
        _reads = 0;
        await Task.Yield();
        return await ReadAsync(buffer);
    }

    private async ValueTask<int> ReadLaterAsync(Memory<byte> buffer)
    {
        int received;
        do
        {
            await socket.WaitReadableAsync();
        }
        while ((received = socket.Receive(buffer.Span)) < 0);
        return received;
    }
}

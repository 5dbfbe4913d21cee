namespace Stoa.Server.Messaging.Uploads;

/// <summary>Bytes for somebody who may have them for as long as he may: asked before every part that is read.</summary>
/// <param name="mayStill">False: nothing more is read. The read is cancelled then, which the web server takes as the end of the connection.</param>
internal sealed class GuardedStream(Stream bytes, Func<CancellationToken, ValueTask<bool>> mayStill) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => bytes.CanSeek;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => bytes.Position;
        set => bytes.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await mayStill(cancellationToken))
            throw new OperationCanceledException("The reader may not have the rest.");
        return await bytes.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Whoever reads must be able to wait for the answer.");

    public override long Seek(long offset, SeekOrigin origin) => bytes.Seek(offset, origin);

    public override void Flush()
    {
        // Nothing is written.
    }

    public override void SetLength(long value) => throw new NotSupportedException("Reads only.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Reads only.");

    public override async ValueTask DisposeAsync()
    {
        await bytes.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            bytes.Dispose();
        base.Dispose(disposing);
    }
}

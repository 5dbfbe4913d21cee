namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>A picture that is read in order, with a window onto what comes next.</summary>
/// <remarks>Memory that was handed out is good until the next call. What is asked for and not there ends the upload: <see cref="ReceiveUploads.BrokenPicture"/>.</remarks>
internal sealed class PictureSource(Stream source, CancellationToken cancellation)
{
    /// <summary>The most that can be asked for in one piece: a whole JPEG segment, and as much of other metadata as an orientation is looked for in.</summary>
    public const int LargestPiece = 65_536;

    private readonly byte[] buffer = new byte[2 * LargestPiece];
    private int start;
    private int end;
    private bool isOver;

    public static UploadRefusedException Broken => new(ReceiveUploads.BrokenPicture);

    /// <summary>What was read and not yet taken.</summary>
    public ReadOnlyMemory<byte> Waiting => buffer.AsMemory(start, end - start);

    /// <summary>Reads until so many bytes wait; false when the picture ends before.</summary>
    public async ValueTask<bool> HasAsync(int count)
    {
        if (buffer.Length - start < count)
        {
            Waiting.CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        while (end - start < count && !isOver)
        {
            var read = await source.ReadAsync(buffer.AsMemory(end), cancellation);
            isOver = read == 0;
            end += read;
        }

        return end - start >= count;
    }

    /// <summary>The next bytes, which must be there.</summary>
    /// <param name="count">At most <see cref="LargestPiece"/>.</param>
    public async ValueTask<ReadOnlyMemory<byte>> TakeAsync(int count) => await HasAsync(count) ? Take(count) : throw Broken;

    /// <summary>Bytes that wait already.</summary>
    public ReadOnlyMemory<byte> Take(int count)
    {
        var taken = Waiting[..count];
        start += count;
        return taken;
    }

    /// <summary>The next bytes in pieces, as they come.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> CopyAsync(long count)
    {
        while (count > 0)
        {
            var piece = await SomeAsync(count);
            count -= piece.Length;
            yield return piece;
        }
    }

    public async ValueTask SkipAsync(long count)
    {
        while (count > 0)
            count -= (await SomeAsync(count)).Length;
    }

    /// <summary>Reads what is left, for nobody.</summary>
    public async ValueTask DrainAsync()
    {
        while (await HasAsync(1))
            Take(Waiting.Length);
    }

    private async ValueTask<ReadOnlyMemory<byte>> SomeAsync(long most) => await HasAsync(1) ? Take((int)Math.Min(most, Waiting.Length)) : throw Broken;
}

using Stoa.Core;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>An upload that ended with a refusal while it was being read.</summary>
public sealed class UploadRefusedException(Refusal refusal, Exception? cause = null) : Exception(refusal.Text, cause)
{
    public Refusal Refusal { get; } = refusal;
}

/// <summary>A file on its way in: looked at, counted, held to its limits while the store reads it; only one buffer of it is in memory.</summary>
/// <remarks>Reading throws <see cref="UploadRefusedException"/> when the file is too large, stops being the text it began as, or ends in the middle.</remarks>
internal sealed class IncomingBytes(Stream source, long maxBytes) : PassingStream
{
    private readonly byte[] start = new byte[FileKind.SeenBytes];
    private (long Bytes, Refusal Beyond) limit = (maxBytes, ReceiveUploads.TooLarge);
    private long count;
    private int seen;
    private int replayed;
    private Utf8Check? text;

    /// <summary>Reads the beginning, which the store will read again.</summary>
    public async Task<ReadOnlyMemory<byte>> LookAsync(CancellationToken cancellation)
    {
        for (int read; seen < start.Length && (read = await ReadSourceAsync(start.AsMemory(seen), cancellation)) > 0;)
            seen += read;
        return start.AsMemory(0, seen);
    }

    /// <summary>Its owner may store so much more: beyond, the file is refused for that.</summary>
    public void HoldTo(long room)
    {
        if (room < limit.Bytes)
            limit = (room, ReceiveUploads.Quota);
    }

    /// <summary>From now on every byte must be part of a text.</summary>
    public void ExpectText() => text = new Utf8Check();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (replayed < seen)
        {
            read = Math.Min(buffer.Length, seen - replayed);
            start.AsMemory(replayed, read).CopyTo(buffer);
            replayed += read;
        }
        else
        {
            read = await ReadSourceAsync(buffer, cancellationToken);
        }

        Take(buffer.Span[..read], isEnd: read == 0 && buffer.Length > 0);
        return read;
    }

    private void Take(ReadOnlySpan<byte> piece, bool isEnd)
    {
        count += piece.Length;
        if (count > limit.Bytes)
            throw new UploadRefusedException(limit.Beyond);
        if (text is not null && !(isEnd ? text.IsWhole() : text.Takes(piece)))
            throw new UploadRefusedException(ReceiveUploads.TypeNotAllowed);
    }

    private async ValueTask<int> ReadSourceAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            // The sender's side broke off; what the store's side does wrong passes by another way.
            throw new UploadRefusedException(ReceiveUploads.Malformed, fault);
        }
    }
}

using System.Runtime.CompilerServices;

namespace Stoa.Server.Messaging.Uploads.Pictures;

/// <summary>A picture as it passes by, without what says where, when, with what and by whom it was taken.</summary>
/// <remarks>
/// What is dropped: Exif (place, owner, serial numbers, the maker's notes, the thumbnail in it), XMP, IPTC, comments, texts, times, second pictures, and whatever follows the
/// picture's end. What stays as it is: the coded pixels, colour profiles, and which way up the picture is (a minimal Exif says so).
/// One buffer of it is in memory. Reading takes time in proportion to the picture and throws <see cref="UploadRefusedException"/> with
/// <see cref="ReceiveUploads.BrokenPicture"/> when the picture cannot be followed to its end: what is not understood is not handed on. ADR 31 says why so.
/// </remarks>
public sealed class CleanedPicture : PassingStream
{
    private readonly IAsyncEnumerator<ReadOnlyMemory<byte>> pieces;
    private ReadOnlyMemory<byte> piece;

    /// <param name="source">The picture from its first byte; whoever made it disposes it.</param>
    /// <param name="mime">One for which <see cref="IsOne"/> is true.</param>
    /// <param name="cancellation">Ends the reading of <paramref name="source"/>.</param>
    public CleanedPicture(Stream source, string mime, CancellationToken cancellation) =>
        pieces = Clean(new PictureSource(source, cancellation), mime, cancellation).GetAsyncEnumerator(cancellation);

    /// <summary>Whether files of that media type are pictures that can be cleaned.</summary>
    public static bool IsOne(string mime) => mime is "image/jpeg" or "image/png" or "image/gif" or "image/webp";

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (piece.IsEmpty)
        {
            if (!await pieces.MoveNextAsync())
                return 0;
            piece = pieces.Current;
        }

        var read = Math.Min(buffer.Length, piece.Length);
        piece[..read].CopyTo(buffer);
        piece = piece[read..];
        return read;
    }

    /// <summary>A piece is good until the next is asked for.</summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Clean(
        PictureSource source, string mime, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var cleaned = mime switch
        {
            "image/jpeg" => JpegCleaning.Clean(source),
            "image/png" => PngCleaning.Clean(source),
            "image/gif" => GifCleaning.Clean(source),
            "image/webp" => WebpCleaning.Clean(source),
            _ => throw new ArgumentException("No picture that can be cleaned", nameof(mime)),
        };
        await foreach (var kept in cleaned.WithCancellation(cancellation))
            yield return kept;

        // What follows the picture's end is read, because the limits count it, and goes nowhere.
        await source.DrainAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await pieces.DisposeAsync();
        await base.DisposeAsync();
    }
}

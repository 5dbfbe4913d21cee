using System.Security.Cryptography;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>The bytes the store reads, counted and hashed: what is announced of a file is what lies there, not what was sent.</summary>
internal sealed class StoredBytes(Stream source) : PassingStream
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Bytes handed on so far.</summary>
    public long Count { get; private set; }

    /// <summary>64 lower-case hex digits of what was handed on.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetCurrentHash());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await source.ReadAsync(buffer, cancellationToken);
        Count += read;
        hash.AppendData(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        hash.Dispose();
        base.Dispose(disposing);
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;

namespace Stoa.Core.Data.Backups;

/// <summary>The file of a backup: a ZIP with a copy of the database, the signing key when there is one, and the manifest with their hashes.</summary>
/// <remarks>The archive's comment is the SHA-256 of the manifest, so no byte of the contents changes unnoticed. It guards against accidents, not against forgery.</remarks>
internal static class BackupArchive
{
    public const string DatabaseEntry = "database";
    public const string KeyEntry = "signing.key";
    private const string ManifestEntry = "manifest.json";
    private const int MaxManifestBytes = 1_000_000;

    /// <summary>Writes the archive and forces it onto the disk. The manifest's hashes are made here.</summary>
    public static async Task WriteAsync(string path, string database, string? key, BackupManifest manifest, CancellationToken cancellation)
    {
        await using var file = OwnerOnlyFiles.Create(path);
        await using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            var hashes = new Dictionary<string, string> { [DatabaseEntry] = await AddAsync(zip, DatabaseEntry, database, cancellation) };
            if (key is not null)
                hashes[KeyEntry] = await AddAsync(zip, KeyEntry, key, cancellation);
            var said = JsonSerializer.SerializeToUtf8Bytes(manifest with { Sha256 = hashes }, BackupJson.Default.BackupManifest);
            await using (var entry = await zip.CreateEntry(ManifestEntry).OpenAsync(cancellation))
                await entry.WriteAsync(said, cancellation);
            zip.Comment = Convert.ToHexStringLower(SHA256.HashData(said));
        }

        file.Flush(flushToDisk: true);
    }

    /// <exception cref="BackupException">It is no backup, or not whole, or a newer one than this version reads.</exception>
    public static async Task<BackupManifest> ReadManifestAsync(ZipArchive zip, CancellationToken cancellation)
    {
        if (zip.GetEntry(ManifestEntry) is not { Length: <= MaxManifestBytes } entry)
            throw new BackupException("the archive has no manifest: it is not a backup of this program");
        using var said = new MemoryStream();
        await using (var stream = await entry.OpenAsync(cancellation))
            await stream.CopyToAsync(said, cancellation);
        if (zip.Comment != Convert.ToHexStringLower(SHA256.HashData(said.ToArray())))
            throw new BackupException("the archive was altered: its manifest does not have the noted hash");
        var manifest = JsonSerializer.Deserialize(said.ToArray(), BackupJson.Default.BackupManifest)!;
        return manifest.Format <= BackupManifest.CurrentFormat
            ? manifest
            : throw new BackupException($"the archive has the format {manifest.Format}, made by version {manifest.Version}: this version reads {BackupManifest.CurrentFormat}");
    }

    /// <summary>Takes one file out, to a place where there is none yet, and checks it against the manifest.</summary>
    public static async Task ExtractAsync(ZipArchive zip, BackupManifest manifest, string name, string path, CancellationToken cancellation)
    {
        if (zip.GetEntry(name) is not { } entry || !manifest.Sha256.TryGetValue(name, out var expected))
            throw new BackupException($"the archive was altered: it has no '{name}'");
        await using var file = OwnerOnlyFiles.Create(path);
        await using (var stream = await entry.OpenAsync(cancellation))
        {
            if (await CopyAsync(stream, file, cancellation) != expected)
                throw new BackupException($"the archive was altered: '{name}' does not have the noted hash");
        }

        file.Flush(flushToDisk: true);
    }

    private static async Task<string> AddAsync(ZipArchive zip, string name, string path, CancellationToken cancellation)
    {
        await using var source = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellation);
        return await CopyAsync(source, entry, cancellation);
    }

    private static async Task<string> CopyAsync(Stream from, Stream to, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

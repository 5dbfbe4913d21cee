using Stoa.Core;

namespace Stoa.Server.Hosting.Files;

/// <summary>Files in a folder: <c>ab/cd/abcd…</c>, readable by the server's own account alone.</summary>
/// <remarks>A file is written beside its place under another name, forced onto the disk, then moved there in one step.</remarks>
public sealed class FolderFileStore(string folder) : IFileStore
{
    private const string PieceEnding = ".part";
    private readonly string root = Path.GetFullPath(folder);

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellation)
    {
        var place = PlaceOf(key);

        // The outermost by itself: whoever cannot pass it reaches nothing below.
        OwnerOnlyFiles.MakeFolder(root);
        OwnerOnlyFiles.MakeFolder(Path.GetDirectoryName(place)!);
        var piece = place + PieceEnding;
        await OwnerOnlyFiles.FillAsync(piece, content, cancellation);
        try
        {
            File.Move(piece, place, overwrite: false);
        }
        catch
        {
            File.Delete(piece);
            throw;
        }
    }

    public Task<Stream?> OpenAsync(string key, CancellationToken cancellation)
    {
        try
        {
            // Deleting is let pass, so that a slow reader holds up no sweep.
            return Task.FromResult<Stream?>(new FileStream(PlaceOf(key), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 1, FileOptions.Asynchronous));
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellation)
    {
        var place = PlaceOf(key);
        foreach (var path in (string[])[place, place + PieceEnding])
        {
            // Deleting a file that is not there is no fault, but its folder must be.
            if (File.Exists(path))
                File.Delete(path);
        }

        return Task.CompletedTask;
    }

    /// <summary>Two levels of 256 folders each: no folder grows too long to list.</summary>
    private string PlaceOf(string key) => key.Length == 32 && key.All(char.IsAsciiHexDigitLower)
        ? Path.Combine(root, key[..2], key[2..4], key)
        : throw new ArgumentException("A key is 32 lower-case hex digits.", nameof(key));
}

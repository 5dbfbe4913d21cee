namespace Stoa.Core;

/// <summary>Files and folders that nobody but the server's own account may read.</summary>
public static class OwnerOnlyFiles
{
    private const int BufferSize = 1 << 16;

    /// <summary>A new file for writing.</summary>
    /// <exception cref="IOException">There is a file already.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>A temporary file that goes with its handle, also when the process is killed.</summary>
    public static FileStream CreateNameless()
    {
        var path = Path.Combine(Path.GetTempPath(), $"stoa-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
            return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferSize, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        var file = Create(path);
        File.Delete(path);
        return file;
    }

    /// <summary>The folder with those above it, as far as they are missing.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes what the stream has into a new file, onto the disk. When that fails there is no file.</summary>
    public static async Task FillAsync(string path, Stream content, CancellationToken cancellation)
    {
        try
        {
            await using var file = Create(path);
            await content.CopyToAsync(file, BufferSize, cancellation);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Puts what the stream has into a folder, which is made if need be. Whole or not at all: written under another name, onto the disk, then moved.</summary>
    public static async Task PlaceAsync(string folder, string name, Stream content, CancellationToken cancellation)
    {
        MakeFolder(folder);
        var unfinished = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
        await FillAsync(unfinished, content, cancellation);
        File.Move(unfinished, Path.Combine(folder, name), overwrite: true);
    }
}

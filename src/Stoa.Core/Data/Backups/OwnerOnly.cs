namespace Stoa.Core.Data.Backups;

/// <summary>New files that nobody but their owner may read: they hold the record and the signing key.</summary>
internal static class OwnerOnly
{
    /// <exception cref="IOException">There is a file already.</exception>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}

using System.Data.Common;

namespace Stoa.Core.Data.Backups;

/// <summary>Makes a backup of the record while servers write to it.</summary>
/// <param name="keyFile">The signing key's file; left out when it is not there.</param>
public sealed class TakeBackup(DatabaseTarget source, string keyFile, string version, TimeProvider clock)
{
    /// <summary>Writes the archive. It appears at its place whole or not at all.</summary>
    /// <param name="replaces">A file that is there is replaced; otherwise it is refused.</param>
    /// <exception cref="BackupException">No backup was made; a file that was there is as it was.</exception>
    public async Task<BackupManifest> Handle(string path, bool replaces, CancellationToken cancellation)
    {
        path = Path.GetFullPath(path);
        if (Directory.Exists(path))
            throw new BackupException($"{path} is a folder: name a file");
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            throw new BackupException($"the folder {Path.GetDirectoryName(path)} is not there");
        if (File.Exists(path) && !replaces)
            throw new BackupException($"{path} is there already: --force replaces it");

        // Beside its place: a move within a file system is one step.
        var draft = $"{path}.{Guid.NewGuid():N}.part";
        var copy = draft + ".copy";
        try
        {
            // Before the snapshot: what was acknowledged by now is in it.
            var now = clock.GetUtcNow();
            var state = source.Kind == DatabaseKind.Sqlite
                ? await SqliteCopy.TakeAsync(source, copy, cancellation)
                : await PostgresCopy.TakeAsync(source, copy, cancellation);
            var manifest = new BackupManifest(BackupManifest.CurrentFormat, version, source.Kind, state.Migration, now, state.HighestMessageId, new Dictionary<string, string>());
            await BackupArchive.WriteAsync(draft, copy, File.Exists(keyFile) ? keyFile : null, manifest, cancellation);
            File.Move(draft, path, replaces);
            return manifest;
        }
        catch (Exception fault) when (fault is DbException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"no backup was made: {fault.Message}", fault);
        }
        finally
        {
            File.Delete(draft);
            File.Delete(copy);
        }
    }
}

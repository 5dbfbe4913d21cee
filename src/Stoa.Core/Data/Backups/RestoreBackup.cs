using System.Data.Common;
using System.Globalization;
using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace Stoa.Core.Data.Backups;

/// <summary>Brings a backup back, checked, and up to this version's tables.</summary>
/// <param name="keyFile">Where the signing key belongs.</param>
public sealed class RestoreBackup(DatabaseTarget target, string keyFile, TimeProvider clock)
{
    /// <summary>Fills an empty place. Everything is checked before anything is changed.</summary>
    /// <param name="replaces">What is there gives way and is kept beside: on SQLite as a file, on PostgreSQL as a database, with the time in its name.</param>
    /// <exception cref="BackupException">Nothing was restored.</exception>
    public async Task<BackupManifest> Handle(string path, bool replaces, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            throw new BackupException($"there is no file {Path.GetFullPath(path)}");
        try
        {
            await using var zip = await ZipFile.OpenReadAsync(path, cancellation);
            var manifest = await BackupArchive.ReadManifestAsync(zip, cancellation);
            CheckFits(manifest);
            var isTaken = await HasTablesAsync(cancellation);
            if (isTaken && !replaces)
                throw new BackupException($"{DatabaseUrl.Describe(target)} has tables already: restore into an empty one, or let --force put it aside");
            await RestoreAsync(zip, manifest, replaces, cancellation);
            return manifest;
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException or System.Text.Json.JsonException)
        {
            throw new BackupException($"{Path.GetFullPath(path)} is not a whole backup: {fault.Message}", fault);
        }
        catch (Exception fault) when (fault is DbException or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"the restore was not completed: {fault.Message}", fault);
        }
    }

    private void CheckFits(BackupManifest manifest)
    {
        if (manifest.Database != target.Kind)
            throw new BackupException($"the backup is of {manifest.Database}, the configured database is {target.Kind}");
        using var db = StoaDbServices.Open(target);
        if (!db.Database.GetMigrations().Contains(manifest.Migration))
            throw new BackupException($"the backup was made by the newer version {manifest.Version} (migration {manifest.Migration}): restore it with that version");
    }

    private Task<bool> HasTablesAsync(CancellationToken cancellation) => target.Kind == DatabaseKind.Sqlite
        ? SqliteCopy.HasTablesAsync(target, cancellation)
        : PostgresCopy.HasTablesAsync(target, cancellation);

    private async Task RestoreAsync(ZipArchive zip, BackupManifest manifest, bool replaces, CancellationToken cancellation)
    {
        OwnerOnlyFiles.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(keyFile))!);
        if (target.Kind == DatabaseKind.Sqlite)
            OwnerOnlyFiles.MakeFolder(Path.GetDirectoryName(SqliteCopy.PathOf(target))!);
        var draft = $"{(target.Kind == DatabaseKind.Sqlite ? SqliteCopy.PathOf(target) : Path.GetFullPath(keyFile))}.{Guid.NewGuid():N}.part";
        var key = $"{Path.GetFullPath(keyFile)}.{Guid.NewGuid():N}.part";
        var suffix = clock.GetUtcNow().ToString("'_before_'yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        try
        {
            await BackupArchive.ExtractAsync(zip, manifest, BackupArchive.DatabaseEntry, draft, cancellation);
            var hasKey = manifest.Sha256.ContainsKey(BackupArchive.KeyEntry);
            if (hasKey)
                await BackupArchive.ExtractAsync(zip, manifest, BackupArchive.KeyEntry, key, cancellation);
            if (hasKey && !replaces && IsAnotherKey(key))
                throw new BackupException($"{Path.GetFullPath(keyFile)} is another signing key than the backup's: remove it, or let --force put it aside");
            await (target.Kind == DatabaseKind.Sqlite
                ? SqliteCopy.PlaceAsync(target, draft, suffix, cancellation)
                : PostgresCopy.PlaceAsync(target, draft, suffix, cancellation));
            if (hasKey)
                PlaceKey(key, suffix);
        }
        finally
        {
            File.Delete(draft);
            File.Delete(key);
        }

        await using var db = StoaDbServices.Open(target);
        await StartupMigration.ApplyAsync(db, NullLogger.Instance, cancellation);
    }

    private bool IsAnotherKey(string key) => File.Exists(keyFile) && !File.ReadAllBytes(keyFile).AsSpan().SequenceEqual(File.ReadAllBytes(key));

    private void PlaceKey(string key, string suffix)
    {
        if (IsAnotherKey(key))
            File.Move(keyFile, keyFile + suffix, overwrite: false);
        File.Move(key, keyFile, overwrite: true);
    }
}

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Cli.Checks;

/// <summary>The folders, the signing key and the certificate.</summary>
internal static class FileChecks
{
    private const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly TimeSpan RenewalDue = TimeSpan.FromDays(14);

    public static IEnumerable<Finding> Run(StoaSettings settings, TimeProvider clock)
    {
        yield return Folder("data folder", settings.Data.Folder, settings.Data.MinimumFreeBytes);
        if (settings.Logs.Folder.Length > 0)
            yield return Folder("log folder", settings.Logs.Folder, settings.Data.MinimumFreeBytes);
        if (settings.S3.Bucket.Length == 0 && Directory.Exists(FileServices.FolderOf(settings)))
            yield return Folder("file folder", FileServices.FolderOf(settings), settings.Data.MinimumFreeBytes);
        yield return Key(settings);
        foreach (var (name, path) in Secret(settings))
        {
            // A folder of somebody's own making may be open on purpose; what the server writes into it is not.
            if (IsOpenToOthers(path))
            {
                yield return Directory.Exists(path)
                    ? Finding.Warn(name, $"{path} is open to other users of this machine: chmod 700")
                    : Finding.Fail(name, $"{path} is open to other users of this machine: chmod 600");
            }
        }

        if (settings.Listen.HasTls)
            yield return Certificate(settings.Listen, clock.GetUtcNow());
    }

    /// <summary>What holds people's words or opens doors, as far as it is there.</summary>
    private static IEnumerable<(string Name, string Path)> Secret(StoaSettings settings)
    {
        yield return ("data folder", Path.GetFullPath(settings.Data.Folder));
        if (settings.Logs.Folder.Length > 0)
            yield return ("log folder", Path.GetFullPath(settings.Logs.Folder));
        if (settings.Database.Target.Kind == DatabaseKind.Sqlite)
            yield return ("database", DatabaseUrl.FileOf(settings.Database.Target));
        if (settings.Listen.HasTls)
            yield return ("TLS", Path.GetFullPath(settings.Listen.SslKey));
    }

    private static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && Path.Exists(path) && (File.GetUnixFileMode(path) & ForOthers) != 0;

    private static Finding Folder(string name, string folder, long least)
    {
        var path = Path.GetFullPath(folder);
        if (!Directory.Exists(path))
            return Finding.Warn(name, $"{path} is not there yet: the first start makes it");
        try
        {
            using (new FileStream(Path.Combine(path, $".doctor-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose))
            {
            }

            var free = new DriveInfo(path).AvailableFreeSpace;
            return free >= least
                ? Finding.Ok(name, $"{path} can be written, {free / 1_000_000} MB are free")
                : Finding.Fail(name, $"{path} has {free / 1_000_000} MB left, less than Data:MinimumFreeBytes");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Finding.Fail(name, $"{path} cannot be written: {fault.Message}");
        }
    }

    private static Finding Key(StoaSettings settings)
    {
        if (!string.IsNullOrEmpty(settings.Tokens.Secret))
            return Finding.Ok("signing key", "from Tokens:Secret");
        var path = Path.GetFullPath(Path.Combine(settings.Data.Folder, SigningKeys.FileName));
        if (!File.Exists(path))
            return Finding.Warn("signing key", $"{path} is not there yet: the first start makes it");
        if (new FileInfo(path).Length < SigningKeys.MinimumBytes)
            return Finding.Fail("signing key", $"{path} is cut short: restore it from a backup");
        if (IsOpenToOthers(path))
            return Finding.Fail("signing key", $"{path} is open to other users: chmod 600, and replace it if they are not trusted");
        return Finding.Ok("signing key", $"{path}, its owner's alone");
    }

    private static Finding Certificate(ListenSettings listen, DateTimeOffset now)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(listen.SslCertificate, listen.SslKey);
            var until = new DateTimeOffset(certificate.NotAfter).ToUniversalTime();
            return until <= now ? Finding.Fail("TLS", $"the certificate ended on {until:u}")
                : new DateTimeOffset(certificate.NotBefore) > now ? Finding.Fail("TLS", "the certificate is not valid yet")
                : until - now < RenewalDue ? Finding.Warn("TLS", $"the certificate ends on {until:u}")
                : Finding.Ok("TLS", $"the certificate is good until {until:u}");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            return Finding.Fail("TLS", $"certificate and key cannot be used: {fault.Message}");
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Operations;

/// <summary>Whether this node can do its work now: the database answers, and there is room on the disks of data and files.</summary>
/// <remarks>What is wrong goes to the log; the answer names states only, because anybody may ask. At most <see cref="Patience"/> a check.</remarks>
public sealed partial class CheckReadiness(IDbContextFactory<StoaDb> databases, DatabaseTarget target, StoaSettings settings, TimeProvider clock, ILogger<CheckReadiness> log)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="State">In a word or two: healthy, or what is not.</param>
    public sealed record Check(string Name, bool IsHealthy, string State);

    public async Task<IReadOnlyList<Check>> Handle(CancellationToken cancellation) => [await DatabaseAsync(cancellation), Disk()];

    /// <summary>Reads a table: an open connection alone proves little.</summary>
    public async Task<Check> DatabaseAsync(CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            // A file that was removed still answers whoever has it open.
            if (target.Kind == DatabaseKind.Sqlite && await InspectDatabase.IsMissingAsync(target, both.Token))
                throw new FileNotFoundException("The database's file is gone.");
            await using var db = await databases.CreateDbContextAsync(both.Token);
            await db.Users.AsNoTracking().OrderBy(u => u.Id).Select(u => u.Id).FirstOrDefaultAsync(both.Token);
            return new Check("database", true, "healthy");
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            DatabaseDown(fault);
            return new Check("database", false, "unreachable");
        }
    }

    private Check Disk()
    {
        try
        {
            var folders = ((string[])[settings.Data.Folder, FileServices.FolderOf(settings)]).Select(Path.GetFullPath).Where(Directory.Exists);
            var free = folders.Min(static folder => new DriveInfo(folder).AvailableFreeSpace);
            return free >= settings.Data.MinimumFreeBytes ? new Check("disk", true, "healthy") : new Check("disk", false, "almost full");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            DiskUnreadable(fault);
            return new Check("disk", false, "unreadable");
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "readiness.database_down")]
    private partial void DatabaseDown(Exception fault);

    [LoggerMessage(2, LogLevel.Warning, "readiness.disk_unreadable")]
    private partial void DiskUnreadable(Exception fault);
}

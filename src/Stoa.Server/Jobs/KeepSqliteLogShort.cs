using System.Diagnostics.Metrics;
using Stoa.Core.Data;

namespace Stoa.Server.Jobs;

/// <summary>Looks every few seconds whether SQLite's log has grown, and shortens it (<see cref="SqliteLog"/>). Only where the record is an SQLite file.</summary>
public sealed class KeepSqliteLogShort : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly DatabaseTarget target;
    private readonly TimeProvider clock;
    private readonly ILogger<KeepSqliteLogShort> log;

    public KeepSqliteLogShort(DatabaseTarget target, TimeProvider clock, IMeterFactory meters, ILogger<KeepSqliteLogShort> log)
    {
        (this.target, this.clock, this.log) = (target, clock, log);
        meters.Create("Stoa").CreateObservableGauge("stoa.sqlite.log_size", () => SqliteLog.SizeOf(target), "By", "Size of SQLite's write-ahead log");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!await SqliteLog.ShortenAsync(target, SqliteLog.MaxBytes, stoppingToken))
                    log.Kept(SqliteLog.SizeOf(target));
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away or full: what the log holds is kept, the next look tries again.
                log.Failed(fault.Message);
            }
        }
    }
}

internal static partial class SqliteLogEvents
{
    [LoggerMessage(3010, LogLevel.Warning, "sqlite.log_kept bytes={Bytes}: a reader takes longer than half a second; tried again in a few seconds")]
    public static partial void Kept(this ILogger<KeepSqliteLogShort> log, long bytes);

    [LoggerMessage(3011, LogLevel.Warning, "sqlite.log_failed {Reason}")]
    public static partial void Failed(this ILogger<KeepSqliteLogShort> log, string reason);
}

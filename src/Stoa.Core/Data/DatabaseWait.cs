using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Stoa.Core.Data;

/// <summary>Lets a node start together with its database server, in whatever order the machine starts them.</summary>
public static partial class DatabaseWait
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Returns once the server answers, be it with a refusal: that the database is missing or the password wrong is for the next step to say.</summary>
    /// <remarks>A file is there or not; waiting for it does not help.</remarks>
    /// <exception cref="NpgsqlException">It still does not answer after <paramref name="limit"/>.</exception>
    public static async Task RunAsync(IDbContextFactory<StoaDb> databases, TimeSpan limit, TimeProvider clock, ILogger log, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (!db.Database.IsNpgsql())
            return;
        var until = clock.GetUtcNow() + limit;
        for (var isSaid = false; ; isSaid = true)
        {
            try
            {
                // Closed with the context.
                await db.Database.OpenConnectionAsync(cancellation);
                return;
            }
            catch (Exception fault) when (RecordOutage.Is(fault) && clock.GetUtcNow() < until)
            {
                if (!isSaid)
                    Waiting(log, limit.TotalSeconds, fault.GetBaseException().Message);
                await Task.Delay(Pause, clock, cancellation);
            }
            catch (PostgresException fault) when (!fault.IsTransient)
            {
                return;
            }
        }
    }

    [LoggerMessage(3, LogLevel.Warning, "database.waiting at most {Seconds} s for the database server: {Reason}")]
    private static partial void Waiting(ILogger log, double seconds, string reason);
}

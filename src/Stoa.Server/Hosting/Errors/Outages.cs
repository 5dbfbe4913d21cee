using Microsoft.AspNetCore.Diagnostics;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Files;

namespace Stoa.Server.Hosting.Errors;

/// <summary>What is said while the record, or the place for files, is out of reach: to clients when to come back, to the log one line a burst.</summary>
public sealed class Outages(TimeProvider clock, ILogger<Outages> log)
{
    public static readonly Refusal Unavailable = Refusal.Unavailable("unavailable", "The service is out of reach of its record just now; please try again in a moment") with
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(10);
    private long nextLine;
    private long untold;

    /// <summary>True when the fault is an outage (<see cref="RecordOutage"/>, <see cref="FileOutage"/>), which is noted then.</summary>
    public bool Notes(Exception fault)
    {
        if (!RecordOutage.Is(fault) && !FileOutage.Is(fault))
            return false;
        var now = clock.GetUtcNow().UtcTicks;
        var due = Interlocked.Read(ref nextLine);
        if (now < due || Interlocked.CompareExchange(ref nextLine, now + Burst.Ticks, due) != due)
            Interlocked.Increment(ref untold);
        else
            log.Away(Interlocked.Exchange(ref untold, 0), fault.GetBaseException().Message);
        return true;
    }
}

/// <summary>Answers requests that met an outage: 503 with Retry-After (RFC 9110 §15.6.4).</summary>
internal sealed class OutageHandler(Outages outages, IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
    {
        if (!outages.Notes(exception))
            return false;
        var problem = Outages.Unavailable.ToHttp().ProblemDetails;
        context.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(new ProblemDetailsContext { HttpContext = context, ProblemDetails = problem });
    }
}

internal static partial class OutageLogEvents
{
    [LoggerMessage(1300, LogLevel.Error, "record.away {Reason} (and {Untold} more requests and events since the line before)")]
    public static partial void Away(this ILogger<Outages> log, long untold, string reason);
}

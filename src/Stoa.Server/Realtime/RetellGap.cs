using Stoa.Server.Hosting.Errors;
using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Something that is announced between servers and stands in the record too, so that it can be announced again.</summary>
public interface IRetold
{
    /// <summary>Announces what happened since then to sockets of this server. What they were told already must not come again, or must not matter.</summary>
    /// <returns>False: it is too much to tell; whoever is connected should read it instead.</returns>
    Task<bool> RetellAsync(DateTimeOffset since, CancellationToken cancellation);
}

/// <summary>After a time in which servers did not hear each other (Redis was away): tells the sockets of this server what they may have missed.</summary>
/// <remarks>
/// A client that was connected all the time notices no gap, so nobody but the server can say that there was one. Every server that was cut off tells the
/// others when it is back, because what it announced meanwhile did not reach them either. Too much to tell: its sockets are closed, and come back and read.
/// </remarks>
public sealed class RetellGap(SocketIOServer sockets, SocketWatch watch, IServiceScopeFactory scopes, Outages outages, ILogger<RetellGap> log) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);

    // The earliest beginning that was not told from yet, in ticks; long.MaxValue: none. After an outage of all servers each hears from every other.
    private long due = long.MaxValue;

    /// <summary>This server hears the others again.</summary>
    public async Task ReturnAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await sockets.Of("/").ServerSideEmitAsync(Events.ServerReturned, since.ToUnixTimeMilliseconds());
        await HearAsync(since, cancellation);
    }

    /// <summary>This server, or another one, was cut off since then. Several who say so at once are one telling.</summary>
    public async Task HearAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        for (var known = Interlocked.Read(ref due); since.UtcTicks < known; known = Interlocked.Read(ref due))
            Interlocked.CompareExchange(ref due, since.UtcTicks, known);
        await gate.WaitAsync(cancellation);
        try
        {
            if (Interlocked.Exchange(ref due, long.MaxValue) is var earliest and not long.MaxValue)
                await TellAsync(new DateTimeOffset(earliest, TimeSpan.Zero), cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task TellAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        try
        {
            // Before anything is told: whose session or right ended meanwhile must not hear it.
            await watch.LookAsync(cancellation);
            await using var scope = scopes.CreateAsyncScope();
            foreach (var retold in scope.ServiceProvider.GetServices<IRetold>())
            {
                if (await retold.RetellAsync(since, cancellation))
                    continue;
                log.TooMuch(since);
                await sockets.Local.DisconnectSocketsAsync(close: true);
                return;
            }

            log.Retold(since);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // The record is away as well: who is connected must read for himself.
            if (!outages.Notes(fault))
                log.Failed(fault);
            await sockets.Local.DisconnectSocketsAsync(close: true);
        }
    }
}

internal static partial class RetellGapLogEvents
{
    [LoggerMessage(4103, LogLevel.Information, "sockets.gap_retold since={Since:O}")]
    public static partial void Retold(this ILogger<RetellGap> log, DateTimeOffset since);

    [LoggerMessage(4104, LogLevel.Warning, "sockets.gap_too_long since={Since:O}: this server's sockets are closed, so that their clients come back and read")]
    public static partial void TooMuch(this ILogger<RetellGap> log, DateTimeOffset since);

    [LoggerMessage(4105, LogLevel.Warning, "sockets.gap_failed: this server's sockets are closed, so that their clients come back and read")]
    public static partial void Failed(this ILogger<RetellGap> log, Exception fault);
}

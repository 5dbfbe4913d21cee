using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime.Presence;

/// <summary>Keeps the record of who is online along with the sockets of this server, and tells what changed (ADR 22).</summary>
/// <remarks>
/// Changes are collected for a moment and written together: at most one write for the first and the last socket of an account, and one renewal of
/// the lease per third of it while anybody is here. With nobody here, and for messages, it costs nothing. While the database is away presence stands still.
/// </remarks>
internal sealed class PresenceKeeper(
    PresenceRecord record,
    AnnouncePresence announce,
    PresenceVisibility visibility,
    StoaSettings settings,
    TimeProvider clock,
    Outages outages,
    ILogger<PresenceKeeper> log) : FinishingService, IRetold
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(5);
    private readonly RecentPresence recent = new(clock);
    private readonly LocalSockets local = new(settings.Presence.Grace, clock);

    /// <summary>The first of the connection handlers; it never fails. The support desk is nobody who comes and goes.</summary>
    public Task ConnectedAsync(Socket socket, CancellationToken cancellation)
    {
        if (SocketGate.CallerOf(socket) is { IsSupportDesk: false } caller)
            local.Came(caller.UserId, socket.Id);
        return Task.CompletedTask;
    }

    public Task DisconnectedAsync(Socket socket, DisconnectReason reason)
    {
        if (SocketGate.CallerOf(socket) is { IsSupportDesk: false } caller)
            local.Left(caller.UserId, socket.Id);
        return Task.CompletedTask;
    }

    /// <summary>Tells again, to everybody who may know it, what this server has told since then: who knows it already learns nothing new.</summary>
    public async Task<bool> RetellAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        foreach (var some in recent.Since(since).Chunk(BatchSize))
        {
            // Who left here may have come elsewhere, and the other way round: told is how it is now.
            var online = await record.OnlineOfAsync([.. some.Select(static n => n.User)], cancellation);
            await announce.TellAsync([.. some.Select(n => online.Contains(n.User) ? new PresenceNews(n.User, true, null) : n with { IsOnline = false })], cancellation);
        }

        return true;
    }

    protected override async Task FinishAsync(CancellationToken cancellation)
    {
        try
        {
            await record.RetireAsync(cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // The database is gone: the lease runs out by itself.
            if (!outages.Notes(fault))
                log.Failed(fault);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        var notBefore = DateTimeOffset.MinValue;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (clock.GetUtcNow() < notBefore)
                continue;
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // Nothing is lost: what was not written is taken again.
                if (!outages.Notes(fault))
                    log.Failed(fault);
                record.Doubt();
                notBefore = clock.GetUtcNow() + PauseAfterFault;
            }
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var changes = local.Take(BatchSize);
        var isDue = record.IsDue && (local.AnyRecorded || changes.Came.Count > 0);
        if (isDue && !await record.RenewAsync(cancellation))
        {
            local.Forget();
            return;
        }

        if (changes.Came.Count > 0)
        {
            var news = await record.ArriveAsync(changes.Came, cancellation);
            local.Record(changes with { Left = [] });
            await TellAsync([.. news.Select(static user => new PresenceNews(user, true, null))], cancellation);
        }

        if (changes.Left.Count > 0)
        {
            var news = await record.LeaveAsync(changes.Left, cancellation);
            local.Record(changes with { Came = [] });
            await TellGoneAsync(news, cancellation);
        }

        while (visibility.TryTake(out var user))
            await announce.TellVisibilityAsync(user, cancellation);

        // Last, so that who has just come is told too.
        if (isDue)
            await BuryAsync(cancellation);
    }

    private async Task BuryAsync(CancellationToken cancellation)
    {
        while (await record.BuryAsync(cancellation) is { } gone)
            await TellGoneAsync(gone, cancellation);
    }

    private async Task TellAsync(IReadOnlyList<PresenceNews> news, CancellationToken cancellation)
    {
        recent.Add(news);
        await announce.TellAsync(news, cancellation);
    }

    private Task TellGoneAsync(IReadOnlyList<Leaving> gone, CancellationToken cancellation) =>
        TellAsync([.. gone.Select(static l => new PresenceNews(l.User, false, l.At))], cancellation);
}

internal static partial class PresenceLogEvents
{
    [LoggerMessage(4101, LogLevel.Warning, "presence.failed")]
    public static partial void Failed(this ILogger<PresenceKeeper> log, Exception fault);
}

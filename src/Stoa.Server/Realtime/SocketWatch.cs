using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Tokens;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>Asks for the sockets of this server, which may only listen, whether their session is still alive and what its account may.</summary>
/// <remarks>
/// Three things make it ask: news that the rights of an account changed (<see cref="AskRightsAgain"/>); the moment at which a session ends by time, unless it
/// was refreshed; and every half minute, for all sockets, in case news were lost between servers. The last costs a query for each five hundred sockets.
/// </remarks>
public sealed class SocketWatch(
    IDbContextFactory<StoaDb> databases, SessionGate sessions, IServiceScopeFactory scopes, TimeProvider clock, Outages outages, ILogger<SocketWatch> log) : BackgroundService
{
    private const int BatchSize = 500;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Socket> sockets = new(StringComparer.Ordinal);
    private long nextEnd = long.MaxValue;

    public void Add(Socket socket)
    {
        sockets[socket.Id] = socket;
        Expect(SocketGate.CallerOf(socket).SessionEndsAt);
    }

    public void Remove(Socket socket) => sockets.TryRemove(new KeyValuePair<string, Socket>(socket.Id, socket));

    /// <summary>Asks for all sockets of these accounts. O(sockets of this server), which is a look into memory each.</summary>
    public Task AskAgainAsync(IReadOnlyCollection<long> userIds, CancellationToken cancellation) =>
        AskAsync([.. sockets.Values.Where(s => userIds.Contains(SocketGate.CallerOf(s).UserId))], cancellation);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        var lookAt = clock.GetUtcNow() + LookEvery;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await EndDueAsync(stoppingToken);
                if (clock.GetUtcNow() < lookAt)
                    continue;
                lookAt = clock.GetUtcNow() + LookEvery;
                await LookAsync(stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away: nothing is lost, the next look asks for the same.
                if (!outages.Notes(fault))
                    log.Failed(fault);
            }
        }
    }

    private async Task EndDueAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (now.UtcTicks < Interlocked.Read(ref nextEnd))
            return;
        Interlocked.Exchange(ref nextEnd, long.MaxValue);
        try
        {
            await AskAsync([.. sockets.Values.Where(s => SocketGate.CallerOf(s).SessionEndsAt <= now)], cancellation);
        }
        finally
        {
            foreach (var socket in sockets.Values)
                Expect(SocketGate.CallerOf(socket).SessionEndsAt);
        }
    }

    /// <summary>Asks for every socket of this server whose session or rights are not as they were.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var some in sockets.Values.Where(static s => !SocketGate.CallerOf(s).IsSupportDesk).Chunk(BatchSize))
        {
            var versions = await VersionsAsync([.. some.Select(static s => SocketGate.CallerOf(s).SessionId).Distinct()], cancellation);
            var changed = some.Where(s => SocketGate.CallerOf(s) is var c && versions.GetValueOrDefault(c.SessionId, -1) != c.RightsVersion).ToList();
            sessions.Forget(changed.Select(static s => SocketGate.CallerOf(s).SessionId));
            await AskAsync(changed, cancellation);
        }
    }

    /// <summary>The rights version behind each session that is alive.</summary>
    private async Task<Dictionary<long, long>> VersionsAsync(List<long> ids, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.Sessions.Where(s => ids.Contains(s.Id) && s.IsActive && s.CredentialsVersion == s.User!.CredentialsVersion)
            .Select(s => new { s.Id, s.User!.RightsVersion }).ToDictionaryAsync(s => s.Id, s => s.RightsVersion, cancellation);
    }

    private async Task AskAsync(List<Socket> some, CancellationToken cancellation)
    {
        if (some.Count == 0)
            return;
        await using var scope = scopes.CreateAsyncScope();
        var rooms = scope.ServiceProvider.GetRequiredService<RoomAccess>();
        foreach (var socket in some)
            await rooms.AskAgainAsync(socket, cancellation);
    }

    private void Expect(DateTimeOffset end)
    {
        var ticks = end.UtcTicks;
        for (var known = Interlocked.Read(ref nextEnd); ticks < known; known = Interlocked.Read(ref nextEnd))
            Interlocked.CompareExchange(ref nextEnd, ticks, known);
    }
}

internal static partial class SocketWatchLogEvents
{
    [LoggerMessage(4102, LogLevel.Warning, "sockets.watch_failed")]
    public static partial void Failed(this ILogger<SocketWatch> log, Exception fault);
}

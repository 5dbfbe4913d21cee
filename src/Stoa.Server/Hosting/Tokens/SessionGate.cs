using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Whether a session is alive and whose it is; asked by every authenticated request and socket.</summary>
/// <remarks>
/// Answers are kept for <c>cacheTime</c> (1 s unless configured). A session ended by this process is forgotten at once; one ended by
/// another process is noticed after that time at the latest.
/// </remarks>
/// <param name="secondStepRoles">Roles whose powers an account has only with a second step.</param>
public sealed class SessionGate(IDbContextFactory<StoaDb> databases, TimeSpan cacheTime, IReadOnlyCollection<string> secondStepRoles, TimeProvider clock)
{
    /// <summary>The session is no longer, or never was.</summary>
    public static readonly Refusal Ended = Refusal.Unauthenticated("auth.session_ended", "Could not validate credentials");

    // Bounds the memory; above it what is stale is dropped, which only costs a query each.
    private const int MaxEntries = 100_000;

    private static readonly HotQuery<Func<StoaDb, long, DateTimeOffset, CancellationToken, Task<SessionRow?>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long id, DateTimeOffset now, CancellationToken cancellation) => db.Sessions
            .Where(s => s.Id == id && s.IsActive && s.ExpiresAt > now && s.CredentialsVersion == s.User!.CredentialsVersion)
            .Select(s => new SessionRow(
                s.UserId,
                s.CredentialsVersion,
                s.User!.RightsVersion,
                s.ExpiresAt,
                s.User!.Username,
                s.User.FullName,
                s.User.IsActive,
                s.User.IsSuperuser,
                s.User.MessagingBannedUntil,
                s.User.SuspendedUntil != null && s.User.SuspendedUntil > now,
                s.User.Roles.Any(r => r.Role!.Name == RoleNames.Astrologer),
                s.User.Roles.Any(r => r.Role!.Name == RoleNames.Moderator),
                s.User.Roles.AsQueryable().Any(UserRole.Administers),
                s.User.TwoFactorSince != null))
            .SingleOrDefault()));

    private readonly ConcurrentDictionary<long, Entry> entries = new();
    private long generation;

    /// <summary>The caller behind a token's claims; null when the session has ended, or the account is disabled, suspended or gone.</summary>
    public async ValueTask<Caller?> FindAsync(AccessClaims claims, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (entries.TryGetValue(claims.SessionId, out var known) && now < known.Until)
            return known.Caller is { } caller && caller.UserId == claims.UserId ? caller : null;

        var started = Volatile.Read(ref generation);
        var found = await LoadAsync(claims.SessionId, now, cancellation);

        // A session that ended while we were reading must not come back from the cache.
        if (Volatile.Read(ref generation) == started)
            Keep(claims.SessionId, new Entry(found, now + cacheTime is var until && found?.SessionEndsAt < until ? found.SessionEndsAt : until), now);
        return found?.UserId == claims.UserId ? found : null;
    }

    /// <summary>Call after the commit that ended sessions or changed their account.</summary>
    public void Forget(IEnumerable<long> sessionIds)
    {
        Interlocked.Increment(ref generation);
        foreach (var id in sessionIds)
            entries.TryRemove(id, out _);
    }

    /// <summary>The same for everything that is known of these accounts, when it is not known which sessions they have. O(sessions known).</summary>
    public void ForgetAccounts(IReadOnlyCollection<long> userIds)
    {
        Interlocked.Increment(ref generation);
        foreach (var (id, entry) in entries)
        {
            if (entry.Caller is { } caller && userIds.Contains(caller.UserId))
                entries.TryRemove(id, out _);
        }
    }

    private async Task<Caller?> LoadAsync(long sessionId, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var row = await Find.On(db)(db, sessionId, now, cancellation);
        if (row is not { IsActive: true, IsSuspended: false })
            return null;
        var (isSuperuser, isRoleAdmin, isRoleModerator) =
            (row.IsSuperuser && MayUse(RoleNames.SuperAdmin), row.IsAdmin && MayUse(RoleNames.Admin), row.IsModerator && MayUse(RoleNames.Moderator));
        var isAdmin = isSuperuser || isRoleAdmin;
        var fullName = string.IsNullOrWhiteSpace(row.FullName) ? null : row.FullName;
        return new Caller(row.UserId, sessionId, row.Username, fullName ?? row.Username, isSuperuser, PartyTypes.Of(isAdmin, row.IsAstrologer))
        {
            FullName = fullName,
            MessagingBannedUntil = row.MessagingBannedUntil,
            IsAdmin = isAdmin,
            IsModerator = isAdmin || isRoleModerator,
            NeedsSecondStep = isSuperuser != row.IsSuperuser || isRoleAdmin != row.IsAdmin || isRoleModerator != row.IsModerator,
            CredentialsVersion = row.CredentialsVersion,
            RightsVersion = row.RightsVersion,
            SessionEndsAt = row.ExpiresAt,
        };

        bool MayUse(string role) => row.HasSecondStep || !secondStepRoles.Contains(role);
    }

    private void Keep(long sessionId, Entry entry, DateTimeOffset now)
    {
        if (entries.Count >= MaxEntries)
        {
            foreach (var (id, old) in entries)
            {
                if (old.Until <= now)
                    entries.TryRemove(id, out _);
            }
        }

        if (entries.Count < MaxEntries)
            entries[sessionId] = entry;
    }

    private sealed record SessionRow(
        long UserId,
        long CredentialsVersion,
        long RightsVersion,
        DateTimeOffset ExpiresAt,
        string Username,
        string? FullName,
        bool IsActive,
        bool IsSuperuser,
        DateTimeOffset? MessagingBannedUntil,
        bool IsSuspended,
        bool IsAstrologer,
        bool IsModerator,
        bool IsAdmin,
        bool HasSecondStep);

    private readonly record struct Entry(Caller? Caller, DateTimeOffset Until);
}

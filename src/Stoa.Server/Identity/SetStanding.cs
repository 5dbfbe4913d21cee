using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Identity;

/// <summary>Changes what an account may: enabled or disabled, superuser or not, or deletes it. For superusers, on others.</summary>
/// <remarks>
/// Refusals: <c>user.not_found</c>, <c>user.own_account</c>, <c>user.last_superuser</c>. A disabled or deleted account's sessions end at once. One active
/// superuser always remains, whoever acts at the same time. Every act is audited.
/// </remarks>
public sealed class SetStanding(
    StoaDb db, OutboxWriter outbox, Superusers superusers, AccountRights rights, EraseAccount erase, SessionEnding ending, SecurityTrail trail, TimeProvider clock)
{
    public static readonly Refusal OwnAccount = Refusal.Invalid("user.own_account", "You cannot do this to your own account");
    public static readonly Refusal OwnDeletion = Refusal.Invalid("user.own_account", "Cannot delete your own account");
    public static readonly Refusal LastSuperuser = Refusal.Conflict("user.last_superuser", "The last superuser must remain");

    public Task<Outcome<User>> EnableAsync(long id, Caller actor, CancellationToken cancellation) =>
        ChangeAsync(id, actor, SecurityEvents.Enabled, static (user, _) => (user.IsActive, user.DeactivatedAt) = (true, null), cancellation);

    public async Task<Outcome<User>> DisableAsync(long id, Caller actor, CancellationToken cancellation) => id == actor.UserId
        ? OwnAccount
        : await ChangeAsync(id, actor, SecurityEvents.Disabled, static (user, _) => (user.IsActive, user.DeactivatedAt) = (false, null), cancellation);

    public async Task<Outcome<User>> DeleteAsync(long id, Caller actor, CancellationToken cancellation) => id == actor.UserId
        ? OwnDeletion
        : await ChangeAsync(id, actor, SecurityEvents.Deleted, static (user, now) => user.Erase(now), cancellation);

    /// <param name="isSuperuser">Null: the other way round.</param>
    public async Task<Outcome<User>> SetSuperuserAsync(long id, bool? isSuperuser, Caller actor, CancellationToken cancellation) => id == actor.UserId
        ? OwnAccount
        : await ChangeAsync(id, actor, SecurityEvents.SuperuserChanged, (user, _) => user.IsSuperuser = isSuperuser ?? !user.IsSuperuser, cancellation);

    private async Task<Outcome<User>> ChangeAsync(long id, Caller actor, SecurityEvent what, Action<User, DateTimeOffset> change, CancellationToken cancellation)
    {
        var ended = new List<long>();
        var changed = await outbox.WriteAsync(() => ChangeAsync(id, actor, what, change, ended, cancellation), cancellation);
        if (changed.Refusal is null)
            ending.Ended(id, ended, "by an administrator");
        return changed;
    }

    /// <param name="ended">Takes the sessions that ended.</param>
    private async Task<Outcome<User>> ChangeAsync(
        long id, Caller actor, SecurityEvent what, Action<User, DateTimeOffset> change, List<long> ended, CancellationToken cancellation)
    {
        await db.SerializeAsync(Superusers.Topic, cancellation);
        var user = await db.Users.SingleOrDefaultAsync(u => u.Id == id && u.DeletedAt == null && !u.IsSystem, cancellation);
        if (user is null)
            return User.NotFound;

        var (before, address) = (Describe(user), user.Email);
        var wasSuperuser = user is { IsActive: true, IsSuperuser: true };
        var now = clock.GetUtcNow().Rounded();
        change(user, now);
        user.UpdatedAt = now;
        if (wasSuperuser && user is not { IsActive: true, IsSuperuser: true }
            && !await superusers.RemainWithoutAsync(id, cancellation))
        {
            db.ChangeTracker.Clear();
            return LastSuperuser;
        }

        trail.Note(what, actor.UserId, id, before, Describe(user), user.DeletedAt is null ? [] : [address]);
        await db.SaveChangesAsync(cancellation);
        if (user.DeletedAt is not null)
            await erase.HandleAsync(user, now, cancellation);

        // Whoever may not come in any more has proven nothing; whoever may goes on with other rights.
        if (user.IsActive)
            await rights.ChangedAsync(id, cancellation);
        else
            ended.AddRange(await rights.VoidAsync(id, keep: null, cancellation));
        return user;
    }

    private static string Describe(User user) =>
        user.DeletedAt is not null ? "deleted" : $"{(user.IsActive ? "active" : "disabled")}{(user.IsSuperuser ? ", superuser" : "")}";
}

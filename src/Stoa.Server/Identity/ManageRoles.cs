using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity;

/// <summary>Roles, and who holds them. For superusers; every change is audited.</summary>
/// <remarks>Refusals: <c>role.not_found</c>, <c>role.exists</c>, <c>user.not_found</c>.</remarks>
public sealed class ManageRoles(StoaDb db, OutboxWriter outbox, AccountRights rights, SessionGate gate, AuditTrail audit, SecurityTrail trail, TimeProvider clock)
{
    /// <summary>A page would never be needed: roles are named in code and screens.</summary>
    private const int MaxRoles = 500;

    // A role that goes while it is given, or goes twice at once, would be missed by whoever has just found it. Rare enough to go one after the other.
    private const string RolesChange = "roles";

    public static readonly Refusal RoleNotFound = Refusal.NotFound("role.not_found", "Role not found");
    public static readonly Refusal RoleExists = Refusal.Invalid("role.exists", "Role already exists");

    public async Task<Outcome<IReadOnlyList<Role>>> ListAsync(CancellationToken cancellation) =>
        await db.Roles.AsNoTracking().OrderBy(r => r.Id).Take(MaxRoles).ToListAsync(cancellation);

    public async Task<Outcome<Role>> CreateAsync(string name, string? description, Caller actor, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().Rounded();
        var role = new Role { Name = name.Trim(), Description = description, CreatedAt = now, UpdatedAt = now };
        try
        {
            return await db.WriteAsync(async () =>
            {
                db.Roles.Add(role);
                await db.SaveChangesAsync(cancellation);
                audit.Note(actor, "role.created", "role", role.Id, after: role.Name);
                await db.SaveChangesAsync(cancellation);
                return role;
            }, cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            return RoleExists;
        }
    }

    public async Task<Outcome<Done>> DeleteAsync(long id, Caller actor, CancellationToken cancellation)
    {
        var holders = new List<long>();
        var deleted = await outbox.WriteAsync(async () =>
        {
            await db.SerializeAsync(RolesChange, cancellation);
            var name = await db.Roles.Where(r => r.Id == id).Select(r => r.Name).SingleOrDefaultAsync(cancellation);
            if (name is null)
                return (Outcome<Done>)RoleNotFound;
            holders.AddRange(await rights.ChangedForHoldersAsync(id, cancellation));
            await db.Roles.Where(r => r.Id == id).ExecuteDeleteAsync(cancellation);
            audit.Note(actor, "role.deleted", "role", id, before: name);
            return default(Done);
        }, cancellation);
        gate.ForgetAccounts(holders.ToHashSet());
        return deleted;
    }

    public async Task<Outcome<IReadOnlyList<Role>>> OfUserAsync(long userId, CancellationToken cancellation)
    {
        if (!await db.Users.AnyAsync(u => u.Id == userId && u.DeletedAt == null && !u.IsSystem, cancellation))
            return User.NotFound;
        return await db.UserRoles.AsNoTracking().Where(h => h.UserId == userId).OrderBy(h => h.RoleId).Select(h => h.Role!).Take(MaxRoles).ToListAsync(cancellation);
    }

    /// <summary>Replaces the set. Roles are asked anew with the next request of each session.</summary>
    public async Task<Outcome<Done>> AssignAsync(long userId, IReadOnlyList<long> roleIds, Caller actor, CancellationToken cancellation)
    {
        var wanted = roleIds.Distinct().ToList();
        var assigned = await outbox.WriteAsync(async () =>
        {
            await db.SerializeAsync(RolesChange, cancellation);
            if (!await db.Users.AnyAsync(u => u.Id == userId && u.DeletedAt == null && !u.IsSystem, cancellation))
                return (Outcome<Done>)User.NotFound;
            if (await db.Roles.CountAsync(r => wanted.Contains(r.Id), cancellation) != wanted.Count)
                return RoleNotFound;

            var held = await db.UserRoles.Where(h => h.UserId == userId).ToListAsync(cancellation);
            db.UserRoles.RemoveRange(held.Where(h => !wanted.Contains(h.RoleId)));
            db.UserRoles.AddRange(wanted.Except(held.Select(h => h.RoleId)).Select(id => new UserRole { UserId = userId, RoleId = id }));
            trail.Note(SecurityEvents.RolesChanged, actor.UserId, userId, string.Join(',', held.Select(h => h.RoleId).Order()), string.Join(',', wanted.Order()));
            await rights.ChangedAsync(userId, cancellation);
            return default(Done);
        }, cancellation);
        gate.ForgetAccounts([userId]);
        return assigned;
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity;

/// <summary>The role somebody may give himself when he signs up (setting <c>Accounts:SelfAssignedRoles</c>).</summary>
/// <remarks>
/// Roles with power over others are refused, and so is every known role that the operator did not open: an astrologer is somebody whom others pay
/// for advice, so an administrator makes one. Words that are no role of the server's mean nothing and are let pass.
/// </remarks>
public sealed class SelfAssignedRoles(StoaDb db, StoaSettings settings, TimeProvider clock)
{
    public static readonly Refusal NotAllowed = Refusal.Forbidden("auth.role_forbidden", "This role is given by an administrator");

    /// <summary>The role's id, null for none. Makes the row when it is the first; of many at once one does.</summary>
    public async Task<Outcome<long?>> FindAsync(string? wanted, CancellationToken cancellation)
    {
        var name = User.KeyOf(wanted ?? "");
        if (!RoleNames.Known.Contains(name) || name == RoleNames.User)
            return (long?)null;
        if (RoleNames.Powerful.Contains(name) || !settings.Accounts.SelfAssignedRoles.Contains(name, StringComparer.OrdinalIgnoreCase))
            return NotAllowed;
        return await IdOfAsync(name, cancellation) ?? await MakeAsync(name, cancellation);
    }

    private Task<long?> IdOfAsync(string name, CancellationToken cancellation) =>
        db.Roles.Where(r => r.Name == name).Select(r => (long?)r.Id).SingleOrDefaultAsync(cancellation);

    private async Task<long?> MakeAsync(string name, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var role = new Role { Name = name, CreatedAt = now, UpdatedAt = now };
        db.Roles.Add(role);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return role.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await IdOfAsync(name, cancellation);
        }
    }
}

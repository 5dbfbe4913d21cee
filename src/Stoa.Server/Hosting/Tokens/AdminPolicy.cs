using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Superusers, and accounts with the role admin or super_admin (contract B.2).</summary>
/// <remarks>The roles are asked for at every request: such requests are few, and a role that was taken away must not work for a moment longer.</remarks>
public sealed class AdminPolicy(IDbContextFactory<StoaDb> databases) : AuthorizationHandler<AdminPolicy.Requirement>
{
    public sealed class Requirement : IAuthorizationRequirement;

    protected override async Task HandleRequirementAsync(AuthorizationHandlerContext context, Requirement requirement)
    {
        if (context.Resource is not HttpContext http || http.Features.Get<Caller>() is not { } caller)
            return;
        if (caller.IsSuperuser || await HasRoleAsync(caller.UserId, http.RequestAborted))
            context.Succeed(requirement);
    }

    private async Task<bool> HasRoleAsync(long userId, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.UserRoles.AnyAsync(r => r.UserId == userId && (r.Role!.Name == "admin" || r.Role.Name == "super_admin"), cancellation);
    }
}

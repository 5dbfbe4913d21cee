using Stoa.Core;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Identity.Restricting;

/// <summary>Lifts a ban or a suspension before its time; audited.</summary>
/// <remarks>Refusals: <c>user.not_found</c>, <c>restriction.not_found</c>, those of <see cref="AdministratorBoundary"/>.</remarks>
public sealed class LiftRestriction(Restrictions restrictions, AdministratorBoundary boundary, SessionEnding sessions, AuditTrail audit, SecurityTrail trail)
{
    public async Task<Outcome<Done>> Handle(long userId, RestrictionKind kind, Caller actor, CancellationToken cancellation)
    {
        if (await boundary.WhyNotAsync(actor, userId, cancellation) is { } refusal)
            return refusal;
        var lifted = await restrictions.LiftAsync(userId, kind, actor.UserId, r => Note(r, actor), cancellation);
        if (lifted.Refusal is null)
            sessions.Forget(userId);
        return lifted;
    }

    private void Note(Restriction lifted, Caller actor)
    {
        if (lifted.Kind == RestrictionKind.Suspension)
            trail.Note(SecurityEvents.SuspensionLifted, actor.UserId, lifted.UserId);
        else
            audit.Note(actor, ImposeRestriction.ActionOf(lifted.Kind, "lifted"), "user", lifted.UserId);
    }
}

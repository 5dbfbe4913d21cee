using Stoa.Core;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity.Restricting;

/// <summary>Lifts a ban or a suspension before its time; audited. Refusals: <c>user.not_found</c>, <c>restriction.not_found</c>.</summary>
public sealed class LiftRestriction(Restrictions restrictions, SessionEnding sessions, AuditTrail audit)
{
    public async Task<Outcome<Done>> Handle(long userId, RestrictionKind kind, Caller actor, CancellationToken cancellation)
    {
        var lifted = await restrictions.LiftAsync(
            userId, kind, actor.UserId, r => audit.Note(actor, ImposeRestriction.ActionOf(r.Kind, "lifted"), "user", r.UserId), cancellation);
        if (lifted.Refusal is null)
            sessions.Forget(userId);
        return lifted;
    }
}

using Stoa.Core.Data;
using Stoa.Core.Moderation;

namespace Stoa.Server.Hosting;

/// <summary>Notes an administrator's act beside what it changes; saved with it.</summary>
public sealed class AuditTrail(StoaDb db, TimeProvider clock)
{
    public void Note(Caller actor, string action, string targetType, long targetId, string? before = null, string? after = null) =>
        db.Audit.Add(new AuditEntry
        {
            ActorId = actor.UserId,
            Action = action,
            TargetType = targetType,
            TargetId = targetId,
            Before = before,
            After = after,
            At = clock.GetUtcNow(),
        });
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>How the marketplace's surface says "not yours": its contract tells a stranger's thread (403) from none (404).</summary>
public sealed class ThreadAccess(StoaDb db)
{
    public static readonly Refusal NotParticipant = Refusal.Forbidden("thread.not_participant", "Not a thread participant");
    public static readonly Refusal NotFound = Refusal.NotFound("thread.not_found", "Thread not found");

    /// <summary>Turns <c>conversation.not_found</c> into the surface's own words; other refusals stay.</summary>
    public async Task<Refusal> ReasonAsync(Refusal refusal, long threadId, CancellationToken cancellation)
    {
        if (!ReferenceEquals(refusal, Conversation.NotFound))
            return refusal;
        return await db.Conversations.AnyAsync(c => c.Id == threadId, cancellation) ? NotParticipant : NotFound;
    }
}

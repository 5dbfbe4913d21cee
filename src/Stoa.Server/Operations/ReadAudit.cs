using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Moderation;

namespace Stoa.Server.Operations;

/// <summary>The audit trail, newest first: what administrators did, to whom, and what changed by it.</summary>
public sealed class ReadAudit(StoaDb db)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <param name="ActorId">Only acts of this account.</param>
    /// <param name="Action">Only this act, e.g. <c>user.disabled</c>.</param>
    /// <param name="TargetType">Only acts on this kind of thing, e.g. <c>user</c>.</param>
    /// <param name="TargetId">Only acts on this one.</param>
    /// <param name="Before">The id after which the page begins; null: the newest.</param>
    /// <param name="Limit">Clamped to 1 … <see cref="MaxLimit"/>.</param>
    public sealed record Request(long? ActorId, string? Action, string? TargetType, long? TargetId, long? Before, int? Limit);

    /// <param name="Next">What <see cref="Request.Before"/> must be for the next page; null: this was the last.</param>
    public sealed record Response(IReadOnlyList<AuditEntry> Entries, long? Next);

    public async Task<Outcome<Response>> Handle(Request request, CancellationToken cancellation)
    {
        var entries = db.Audit.AsNoTracking();
        if (request.ActorId is { } actor)
            entries = entries.Where(e => e.ActorId == actor);
        if (request.Action is { Length: > 0 } action && !action.Contains('\0', StringComparison.Ordinal))
            entries = entries.Where(e => e.Action == action);
        if (request.TargetType is { Length: > 0 } type && !type.Contains('\0', StringComparison.Ordinal))
            entries = entries.Where(e => e.TargetType == type);
        if (request.TargetId is { } target)
            entries = entries.Where(e => e.TargetId == target);
        if (request.Before is { } before)
            entries = entries.Where(e => e.Id < before);

        // One more than asked for tells whether there is a next page.
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var found = await entries.OrderByDescending(e => e.Id).Take(limit + 1).ToListAsync(cancellation);
        return found.Count > limit ? new Response(found[..limit], found[limit - 1].Id) : new Response(found, null);
    }
}

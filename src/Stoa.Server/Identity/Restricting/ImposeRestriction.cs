using Stoa.Core;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Security;

namespace Stoa.Server.Identity.Restricting;

/// <summary>Warns an account, bans it from messaging, or suspends it. For administrators, on others; audited.</summary>
/// <remarks>
/// Refusals: <c>user.not_found</c>, <c>user.own_account</c>, <c>restriction.reason_missing</c>, <c>restriction.duration_invalid</c>,
/// and those of <see cref="AdministratorBoundary"/>. A ban bites with the next message, a suspension ends all sessions at once.
/// </remarks>
public sealed class ImposeRestriction(
    Restrictions restrictions, AdministratorBoundary boundary, SessionEnding sessions, AuditTrail audit, SecurityTrail trail, TimeProvider clock)
{
    public const int MaxDays = 3650;

    public static readonly Refusal ReasonMissing = Refusal.Invalid("restriction.reason_missing", $"reason is required and has at most {Restriction.MaxReasonLength} characters");
    public static readonly Refusal DurationInvalid = Refusal.Invalid("restriction.duration_invalid", $"duration_days is a number from 1 to {MaxDays}");

    /// <param name="DurationDays">Null: until it is lifted.</param>
    public sealed record Request(long UserId, RestrictionKind Kind, string? Reason, int? DurationDays);

    public async Task<Outcome<Restriction>> Handle(Request request, Caller actor, CancellationToken cancellation)
    {
        if (await WhyNotAsync(request, actor, cancellation) is { } refusal)
            return refusal;
        var until = request.DurationDays is { } days ? clock.GetUtcNow().AddDays(days) : (DateTimeOffset?)null;
        var imposed = await restrictions.ImposeAsync(
            request.UserId, request.Kind, request.Reason!.Trim(), actor.UserId, until,
            r => Note(r, actor),
            cancellation);
        if (imposed.Refusal is null)
            sessions.Ended(request.UserId, imposed.Value.EndedSessions, "restricted");

        return imposed.Then(static change => change.Restriction);
    }

    /// <summary>How a change is called in the audit trail, e.g. <c>restriction.messaging_ban.imposed</c>.</summary>
    internal static string ActionOf(RestrictionKind kind, string what) => $"restriction.{WordOf(kind)}.{what}";

    /// <summary>How a kind is called on the wire.</summary>
    internal static string WordOf(RestrictionKind kind) => kind switch
    {
        RestrictionKind.MessagingBan => "messaging_ban",
        RestrictionKind.Suspension => "suspension",
        _ => "warning",
    };

    private async Task<Refusal?> WhyNotAsync(Request request, Caller actor, CancellationToken cancellation)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Trim().Length > Restriction.MaxReasonLength || request.Reason.Contains('\0', StringComparison.Ordinal))
            return ReasonMissing;
        if (request.DurationDays is < 1 or > MaxDays)
            return DurationInvalid;
        return await boundary.WhyNotAsync(actor, request.UserId, cancellation);
    }

    private void Note(Restriction imposed, Caller actor)
    {
        var until = imposed.Until < Restriction.Forever ? $"until {imposed.Until:u}" : "until lifted";
        if (imposed.Kind == RestrictionKind.Suspension)
            trail.Note(SecurityEvents.Suspended, actor.UserId, imposed.UserId, after: until);
        else
            audit.Note(actor, ActionOf(imposed.Kind, "imposed"), "user", imposed.UserId, after: until);
    }
}

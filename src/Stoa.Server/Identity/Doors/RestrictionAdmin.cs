using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Restricting;

namespace Stoa.Server.Identity.Doors;

/// <summary>Warnings, messaging bans and suspensions: for administrators (contract B.0), suspensions also for the support desk (B.3).</summary>
public static class RestrictionAdmin
{
    private static readonly Refusal[] Refusals =
        [User.NotFound, SetStanding.OwnAccount, ImposeRestriction.ReasonMissing, ImposeRestriction.DurationInvalid,
            AdministratorBoundary.OnSuperuser, AdministratorBoundary.OnAdministrator];

    private static readonly Refusal[] LiftRefusals =
        [User.NotFound, SetStanding.OwnAccount, Restrictions.NotFound, AdministratorBoundary.OnSuperuser, AdministratorBoundary.OnAdministrator];

    public static void MapRestrictionAdmin(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/admin/users/{id:long}").RequireAuthorization(Policies.Admin).WithTags("Restrictions");
        foreach (var path in (string[])["/messaging-ban", "/messaging/ban"])
        {
            users.MapPost(path, Ban).WithSummary("Ban from sending messages; reason in the body or the query")
                .Example("""{"reason":"Sells outside the market","duration_days":7}""").Refuses(Refusals);
        }

        users.MapPost("/messaging/warn", Warn).WithSummary("Note a warning").Example("""{"reason":"Rude"}""").Refuses(Refusals);
        users.MapPost("/messaging/unban", Unban).WithSummary("Lift the messaging ban").Refuses(LiftRefusals);
        // The support desk's console has these too: it is where suspended people write to.
        var desk = routes.MapGroup("/api/admin/users/{id:long}").RequireAuthorization(Policies.SupportDesk).WithTags("Restrictions");
        desk.MapPost("/suspend", Suspend).WithSummary("Suspend: sessions end at once, signing in is refused with the reason")
            .Example("""{"reason":"Under investigation","duration_days":3}""").Refuses(Refusals);
        desk.MapPost("/unsuspend", Unsuspend).WithSummary("Lift the suspension").Refuses(LiftRefusals);
        desk.MapGet("/restrictions", List).WithSummary("What was imposed, newest first, ended ones included").Refuses(User.NotFound).Notes(SecurityEvents.ReadAccounts);
    }

    private static Task<Results<Ok<Imposed>, ProblemHttpResult>> Ban(
        long id, [FromBody] RestrictionBody? body, ImposeRestriction impose, Caller actor, CancellationToken cancellation, string? reason = null) =>
        ImposeAsync(id, RestrictionKind.MessagingBan, body, reason, impose, actor, cancellation);

    private static Task<Results<Ok<Imposed>, ProblemHttpResult>> Warn(
        long id, [FromBody] RestrictionBody? body, ImposeRestriction impose, Caller actor, CancellationToken cancellation, string? reason = null) =>
        ImposeAsync(id, RestrictionKind.Warning, body, reason, impose, actor, cancellation);

    private static Task<Results<Ok<Imposed>, ProblemHttpResult>> Suspend(
        long id, [FromBody] RestrictionBody? body, ImposeRestriction impose, Caller actor, CancellationToken cancellation, string? reason = null) =>
        ImposeAsync(id, RestrictionKind.Suspension, body, reason, impose, actor, cancellation);

    private static Task<Results<Ok<Imposed>, ProblemHttpResult>> Unban(
        long id, LiftRestriction lift, Caller actor, CancellationToken cancellation) => LiftAsync(id, RestrictionKind.MessagingBan, lift, actor, cancellation);

    private static Task<Results<Ok<Imposed>, ProblemHttpResult>> Unsuspend(
        long id, LiftRestriction lift, Caller actor, CancellationToken cancellation) => LiftAsync(id, RestrictionKind.Suspension, lift, actor, cancellation);

    private static async Task<Results<Ok<RestrictionList>, ProblemHttpResult>> List(
        long id, ListRestrictions list, CancellationToken cancellation, long? before = null, int? limit = null) =>
        (await list.Handle(id, before, limit, cancellation)).ToOk(static found => new RestrictionList([.. found.Select(RestrictionView.Of)]));

    private static async Task<Results<Ok<Imposed>, ProblemHttpResult>> ImposeAsync(
        long id, RestrictionKind kind, RestrictionBody? body, string? reason, ImposeRestriction impose, Caller actor, CancellationToken cancellation) =>
        (await impose.Handle(new(id, kind, body?.Reason ?? reason, body?.DurationDays), actor, cancellation))
            .ToOk(static r => new Imposed(true, "Done", RestrictionView.Of(r)));

    private static async Task<Results<Ok<Imposed>, ProblemHttpResult>> LiftAsync(
        long id, RestrictionKind kind, LiftRestriction lift, Caller actor, CancellationToken cancellation) =>
        (await lift.Handle(id, kind, actor, cancellation)).ToOk(static _ => new Imposed(true, "Done", null));
}

/// <summary>What is imposed, and for how long; without a duration until it is lifted.</summary>
/// <remarks>A member that is not known is refused: who misspells the duration would otherwise restrict for good.</remarks>
/// <param name="UserId">Sent by some clients besides the path, which counts; likewise <paramref name="Action"/>.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RestrictionBody(string? Reason, int? DurationDays, System.Text.Json.JsonElement? UserId = null, string? Action = null);

public sealed record Imposed(bool Ok, string Message, RestrictionView? Restriction);

public sealed record RestrictionList(IReadOnlyList<RestrictionView> Restrictions);

/// <param name="Until">Null: until it is lifted.</param>
public sealed record RestrictionView(
    StringId Id, StringId UserId, string Kind, string Reason, StringId ImposedBy, DateTimeOffset ImposedAt, DateTimeOffset? Until, DateTimeOffset? LiftedAt, StringId? LiftedBy)
{
    public static RestrictionView Of(Restriction r) => new(
        r.Id, r.UserId, ImposeRestriction.WordOf(r.Kind), r.Reason, r.ImposedById, r.ImposedAt, r.Until < Restriction.Forever ? r.Until : null, r.LiftedAt,
        r.LiftedById is { } by ? by : null);
}

using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Operations.Doors;

/// <summary>The audit trail, for administrators.</summary>
public static class Audit
{
    public static void MapAudit(this IEndpointRouteBuilder routes) => routes.MapGet("/api/admin/audit", List)
        .RequireAuthorization(Policies.Admin).WithTags("Operations").WithSummary("What administrators did, newest first").Refuses().ReadsNobody("ids and acts, no words of anybody");

    private static async Task<Results<Ok<AuditPage>, ProblemHttpResult>> List(
        ReadAudit read, CancellationToken cancellation,
        long? actor = null, string? action = null, string? target_type = null, long? target_id = null, long? before = null, int? limit = null) =>
        (await read.Handle(new(actor, action, target_type, target_id, before, limit), cancellation)).ToOk(AuditPage.Of);
}

/// <param name="NextBefore">What <c>before</c> must be for the next page; null: this was the last.</param>
public sealed record AuditPage(IReadOnlyList<AuditLine> Entries, StringId? NextBefore)
{
    public static AuditPage Of(ReadAudit.Response found) => new([.. found.Entries.Select(AuditLine.Of)], found.Next is { } next ? next : null);
}

public sealed record AuditLine(
    StringId Id, StringId ActorId, string Action, string TargetType, StringId TargetId, string? Before, string? After, DateTimeOffset At)
{
    public static AuditLine Of(AuditEntry entry) =>
        new(entry.Id, entry.ActorId, entry.Action, entry.TargetType, entry.TargetId, entry.Before, entry.After, entry.At);
}

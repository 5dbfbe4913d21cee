using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Inviting;

namespace Stoa.Server.Identity.Doors;

/// <summary>Invitations, for administrators.</summary>
public static class InvitationAdmin
{
    public static void MapInvitationAdmin(this IEndpointRouteBuilder routes)
    {
        var invitations = routes.MapGroup("/api/admin/invitations").RequireAuthorization(Policies.Admin).WithTags("Invitations");
        invitations.MapGet("", List).WithSummary("Invitations, newest first, without their codes").Refuses().ReadsNobody("administrators' own notes");
        invitations.MapPost("", Make).WithSummary("Make an invitation; its code is shown this once")
            .Example("""{"note":"the choir","uses":20,"days":14}""").Refuses();
        invitations.MapDelete("/{id:long}", Revoke).WithSummary("Revoke an invitation").Refuses(ManageInvitations.NotFound);
    }

    private static async Task<Results<Ok<InvitationList>, ProblemHttpResult>> List(
        ManageInvitations invitations, CancellationToken cancellation, long? before = null, int? limit = null) =>
        (await invitations.ListAsync(before, limit, cancellation)).ToOk(static found => new InvitationList([.. found.Select(static i => InvitationView.Of(i))]));

    private static async Task<Results<Created<InvitationView>, ProblemHttpResult>> Make(
        InvitationBody body, ManageInvitations invitations, Caller actor, CancellationToken cancellation) =>
        (await invitations.MakeAsync(body.Note, body.Uses ?? 1, TimeSpan.FromDays(body.Days ?? InvitationBody.DefaultDays), actor, cancellation))
            .ToCreated(static made => InvitationView.Of(made.Invitation, made.Code));

    private static async Task<Results<NoContent, ProblemHttpResult>> Revoke(long id, ManageInvitations invitations, Caller actor, CancellationToken cancellation) =>
        (await invitations.RevokeAsync(id, actor, cancellation)).Refusal is { } refusal ? refusal.ToHttp() : TypedResults.NoContent();
}

/// <param name="Uses">1 when not given.</param>
/// <param name="Days">How long it is good; 14 when not given.</param>
public sealed record InvitationBody(
    [property: AtMost(Invitation.MaxNoteLength)] string? Note,
    [property: Range(1, Invitation.MaxUses)] int? Uses,
    [property: Range(1, 365)] int? Days)
{
    public const int DefaultDays = 14;
}

public sealed record InvitationList(IReadOnlyList<InvitationView> Invitations);

/// <param name="Code">Only in the answer that made it.</param>
public sealed record InvitationView(StringId Id, string? Code, string? Note, StringId CreatedById, int UsesLeft, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt)
{
    public static InvitationView Of(Invitation invitation, string? code = null) => new(
        invitation.Id, code, invitation.Note, invitation.CreatedById, invitation.UsesLeft, invitation.ExpiresAt, invitation.CreatedAt);
}

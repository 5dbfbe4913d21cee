using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Moderation.Doors;

/// <summary>S1's reports: tickets to the operator, at the root and under /api.</summary>
public static class Tickets
{
    public static readonly Refusal UnknownStatus = Refusal.Invalid("report.status_unknown", "Invalid status: it is one of open, in_progress, resolved");

    public static void MapTickets(this IEndpointRouteBuilder routes)
    {
        var reports = routes.MapGroup("/reports").RequireAuthorization().WithTags("Reports").WithMetadata(new UnprocessableWhenInvalid());
        reports.MapPost("", Open).WithSummary("Report something to the operator").Example("""{"title":"Login broken","content":"The page stays blank."}""").Refuses(OpeningRate.TooMany);
        reports.MapGet("", Mine).WithSummary("The caller's reports, newest first").Refuses(UnknownStatus);
        reports.MapGet("/{id:long}", Read).WithSummary("One report, for its reporter and superusers").Refuses(Ticket.NotFound, ListTickets.NotYours);
        reports.MapPut("/{id:long}", Edit).WithSummary("Change an open report, by its reporter").Example("""{"content":"It works again."}""")
            .Refuses(Ticket.NotFound, ListTickets.NotYours, EditTicket.NotOpen);
        reports.MapGet("/admin/all", All).RequireAuthorization(Policies.Superuser).WithSummary("All reports, newest first").Refuses(UnknownStatus)
            .Notes(SecurityEvents.ReadReports, "ticket");
        reports.MapPost("/{id:long}/comment", Comment).RequireAuthorization(Policies.Superuser).WithSummary("Comment on a report; its status may change")
            .Example("""{"comment":"We are looking into it.","status":"in_progress"}""").Refuses(Ticket.NotFound, UnknownStatus);
        reports.MapPut("/{id:long}/resolve", Resolve).RequireAuthorization(Policies.Superuser).WithSummary("Resolve a report")
            .Example("""{"comment":"Fixed in today's release."}""").Refuses(Ticket.NotFound, AnswerTicket.AlreadyResolved);
    }

    private static async Task<Results<Created<TicketView>, ProblemHttpResult>> Open(
        OpenTicketBody body, OpenTicket open, Caller caller, CancellationToken cancellation) =>
        (await open.Handle(body.Title!, body.Content!, caller, cancellation)).ToCreated(TicketView.Of);

    private static Task<Results<Ok<List<TicketView>>, ProblemHttpResult>> Mine(
        ListTickets list, Caller caller, CancellationToken cancellation,
        [FromQuery(Name = "status_filter")] string? status = null, int? skip = null, int? limit = null) =>
        ListAsync(false, status, skip, limit, list, caller, cancellation);

    private static Task<Results<Ok<List<TicketView>>, ProblemHttpResult>> All(
        ListTickets list, Caller caller, CancellationToken cancellation,
        [FromQuery(Name = "status_filter")] string? status = null, int? skip = null, int? limit = null) =>
        ListAsync(true, status, skip, limit, list, caller, cancellation);

    private static async Task<Results<Ok<List<TicketView>>, ProblemHttpResult>> ListAsync(
        bool everybody, string? status, int? skip, int? limit, ListTickets list, Caller caller, CancellationToken cancellation)
    {
        var wanted = TicketView.StatusOf(status);
        if (!string.IsNullOrEmpty(status) && wanted is null)
            return UnknownStatus.ToHttp();
        return (await list.Handle(new ListTickets.Request(everybody, wanted, skip, limit), caller, cancellation)).ToOk(static entries => entries.Select(TicketView.Of).ToList());
    }

    private static async Task<Results<Ok<TicketView>, ProblemHttpResult>> Read(long id, ListTickets list, Caller caller, CancellationToken cancellation) =>
        (await list.Handle(id, caller, cancellation)).ToOk(TicketView.Of);

    private static async Task<Results<Ok<TicketView>, ProblemHttpResult>> Edit(
        long id, EditTicketBody body, EditTicket edit, Caller caller, CancellationToken cancellation) =>
        (await edit.Handle(id, body.Title, body.Content, caller, cancellation)).ToOk(TicketView.Of);

    private static async Task<Results<Ok<TicketView>, ProblemHttpResult>> Comment(
        long id, CommentTicketBody body, AnswerTicket answer, Caller superuser, CancellationToken cancellation)
    {
        var status = TicketView.StatusOf(body.Status);
        if (!string.IsNullOrEmpty(body.Status) && status is null)
            return UnknownStatus.ToHttp();
        return (await answer.CommentAsync(id, body.Comment, status, superuser, cancellation)).ToOk(TicketView.Of);
    }

    private static async Task<Results<Ok<TicketView>, ProblemHttpResult>> Resolve(
        long id, [FromBody] ResolveTicketBody? body, AnswerTicket answer, Caller superuser, CancellationToken cancellation) =>
        (await answer.ResolveAsync(id, body?.Comment, superuser, cancellation)).ToOk(TicketView.Of);
}

public sealed record OpenTicketBody(
    [property: Needed, AtMost(Ticket.MaxTitleLength)] string? Title,
    [property: Needed, AtMost(Ticket.MaxContentLength)] string? Content);

public sealed record EditTicketBody(
    [property: AtMost(Ticket.MaxTitleLength), System.ComponentModel.DataAnnotations.MinLength(1)] string? Title,
    [property: AtMost(Ticket.MaxContentLength), System.ComponentModel.DataAnnotations.MinLength(1)] string? Content);

public sealed record CommentTicketBody([property: Needed, AtMost(Ticket.MaxContentLength)] string? Comment, string? Status);

public sealed record ResolveTicketBody([property: AtMost(Ticket.MaxContentLength)] string? Comment);

/// <summary>A ticket as S1 writes it.</summary>
public sealed record TicketView(
    long Id, long ReporterId, string? ReporterUsername, string Title, string Content, string Status, string? Comment,
    DateTimeOffset? ResolvedAt, long? ResolvedBy, string? ResolverUsername, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    private const string Open = "open";
    private const string InProgress = "in_progress";
    private const string Resolved = "resolved";

    public static TicketView Of(TicketEntry entry)
    {
        var ticket = entry.Ticket;
        return new TicketView(
            ticket.Id, ticket.ReporterId, entry.ReporterName, ticket.Title, ticket.Content, NameOf(ticket.Status), ticket.Comment,
            ticket.ResolvedAt, ticket.ResolvedBy, entry.ResolverName, ticket.CreatedAt, ticket.UpdatedAt);
    }

    /// <summary>Null when the word is none of the three.</summary>
    public static TicketStatus? StatusOf(string? word) => word switch
    {
        Open => TicketStatus.Open,
        InProgress => TicketStatus.InProgress,
        Resolved => TicketStatus.Resolved,
        _ => null,
    };

    private static string NameOf(TicketStatus status) => status switch
    {
        TicketStatus.InProgress => InProgress,
        TicketStatus.Resolved => Resolved,
        _ => Open,
    };
}

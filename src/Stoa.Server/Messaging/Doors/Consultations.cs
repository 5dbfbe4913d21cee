using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S3's consultations: from acceptance on, a user and an astrologer may write to each other.</summary>
public static class Consultations
{
    public static readonly Refusal UnknownState = Refusal.Invalid("consultation.state_unknown", "status is one of requested, accepted, declined, completed");

    public static void MapConsultations(this IEndpointRouteBuilder routes)
    {
        var consultations = routes.MapGroup("/api/consultations").RequireAuthorization().WithTags("Consultations").WithMetadata(new CamelCaseWire());
        consultations.MapPost("", Request).WithSummary("Ask an astrologer for a consultation").Example("""{"astrologerId":"12"}""")
            .Refuses(RequestConsultation.AstrologerNotFound, RequestConsultation.ByUser, Restriction.MessagingBanned, OpeningRate.TooMany);
        consultations.MapGet("", List).WithSummary("The caller's consultations, newest first").Refuses(UnknownState);
        Decision(consultations, "accept", ConsultationState.Accepted, "Accept a consultation; the two may write to each other from now on");
        Decision(consultations, "decline", ConsultationState.Declined, "Decline a consultation");
        Decision(consultations, "complete", ConsultationState.Completed, "Complete an accepted consultation");
    }

    private static void Decision(RouteGroupBuilder consultations, string word, ConsultationState next, string summary) =>
        consultations.MapPost($"/{{id:long}}/{word}", async Task<Results<Ok<Envelope<ConsultationView>>, ProblemHttpResult>> (
                long id, DecideConsultation decide, Caller caller, CancellationToken cancellation) =>
            (await decide.Handle(id, next, caller, cancellation)).ToOk(static c => Envelope.Of(ConsultationView.Of(c))))
            .WithSummary(summary).Refuses(Consultation.NotFound, DecideConsultation.WrongState);

    private static async Task<Results<Created<Envelope<ConsultationView>>, ProblemHttpResult>> Request(
        AskConsultation body, RequestConsultation request, Caller caller, CancellationToken cancellation) =>
        (await request.Handle(body.AstrologerId!.Value.Value, caller, cancellation)).ToCreated(static c => Envelope.Of(ConsultationView.Of(c)));

    private static async Task<Results<Ok<Envelope<ConsultationPage>>, ProblemHttpResult>> List(
        ListConsultations list, Caller caller, CancellationToken cancellation, string? status = null, int? page = null, int? limit = null)
    {
        ConsultationState? state = null;
        if (!string.IsNullOrEmpty(status))
        {
            if (!Enum.TryParse<ConsultationState>(status, ignoreCase: true, out var known) || char.IsAsciiDigit(status[0]))
                return UnknownState.ToHttp();
            state = known;
        }

        return (await list.Handle(new(state, page, limit), caller, cancellation)).ToOk(static r => Envelope.Of(new ConsultationPage(
            [.. r.Consultations.Select(static e => ConsultationView.Of(e.Consultation, e.UserName, e.AstrologerName))],
            r.Total, r.Page, r.Limit, r.Page * (long)r.Limit < r.Total)));
    }
}

public sealed record AskConsultation([property: Needed] StringId? AstrologerId);

public sealed record ConsultationPage(List<ConsultationView> Consultations, int Total, int Page, int Limit, bool HasMore);

public sealed record ConsultationView(
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId Id,
    StringId UserId,
    StringId AstrologerId,
    string? UserName,
    string? AstrologerName,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static ConsultationView Of(Consultation consultation, string? user = null, string? astrologer = null) => new(
        consultation.Id, consultation.Id, consultation.UserId, consultation.AstrologerId, user, astrologer, NameOf(consultation.State),
        consultation.CreatedAt, consultation.UpdatedAt);

    private static string NameOf(ConsultationState state) => state switch
    {
        ConsultationState.Accepted => "accepted",
        ConsultationState.Declined => "declined",
        ConsultationState.Completed => "completed",
        _ => "requested",
    };
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging.Doors;

/// <summary>S0's view of all threads and of what was taken out of messages, for administrators.</summary>
public static class ThreadAdmin
{
    public static void MapThreadAdmin(this IEndpointRouteBuilder routes)
    {
        var messages = routes.MapGroup("/api/admin/messages").RequireAuthorization(Policies.Admin).WithTags("Thread moderation");
        messages.MapGet("/threads", Threads).WithSummary("All threads, newest first; before= takes a thread id").Notes(SecurityEvents.ReadThreads, "thread");
        messages.MapGet("/moderation", Moderation).WithSummary("Redacted messages with what was taken out, newest first; before= takes a message id").Notes(SecurityEvents.ReadOriginals, "message");
        messages.MapGet("/flagged", Flagged).WithSummary("The same as a list of messages").Notes(SecurityEvents.ReadOriginals, "message");
        messages.MapGet("/all", All).WithSummary("All messages of threads, newest first; before= takes a message id").Notes(SecurityEvents.ReadThreads, "thread");
    }

    private static async Task<Results<Ok<ReviewedThreads>, ProblemHttpResult>> Threads(
        ListAllThreads list, CancellationToken cancellation, [FromQuery(Name = "context_type")] string? contextType = null, long? before = null, int? limit = null) =>
        (await list.Handle(new(contextType?.ToUpperInvariant(), before, limit), cancellation)).ToOk(static r => new ReviewedThreads([.. r.Select(ReviewedThread.Of)]));

    private static async Task<Results<Ok<FlaggedMessages>, ProblemHttpResult>> Moderation(
        ReviewMessages review, FileLinks links, CancellationToken cancellation, long? before = null, int? limit = null) =>
        (await review.Handle(new(true, before, limit), cancellation)).ToOk(r => new FlaggedMessages([.. r.Select(e => ReviewedMessage.Of(e, links))]));

    private static async Task<Results<Ok<ReviewedMessages>, ProblemHttpResult>> Flagged(
        ReviewMessages review, FileLinks links, CancellationToken cancellation, long? before = null, int? limit = null) =>
        (await review.Handle(new(true, before, limit), cancellation)).ToOk(r => new ReviewedMessages([.. r.Select(e => ReviewedMessage.Of(e, links))]));

    private static async Task<Results<Ok<ReviewedMessages>, ProblemHttpResult>> All(
        ReviewMessages review, FileLinks links, CancellationToken cancellation, long? before = null, int? limit = null) =>
        (await review.Handle(new(false, before, limit), cancellation)).ToOk(r => new ReviewedMessages([.. r.Select(e => ReviewedMessage.Of(e, links))]));
}

public sealed record ReviewedThread(
    StringId Id, string? ContextType, string? ContextId, StringId CreatedBy, DateTimeOffset CreatedAt, long LastSeq, List<ThreadParticipant> Participants)
{
    public static ReviewedThread Of(ListAllThreads.Entry entry) => new(
        entry.Thread.Id, entry.Thread.ContextType, entry.Thread.ContextId, entry.Thread.CreatedBy, entry.Thread.CreatedAt, entry.Thread.LastSeq,
        [.. entry.Card.Parties.Select(static p => new ThreadParticipant(p.UserId, p.Role ?? OpenThread.Observer, p.Name))]);
}

public sealed record ReviewedThreads(List<ReviewedThread> Threads);

/// <param name="Body">As readers see it.</param>
/// <param name="Original">As it was written; null when nothing was taken out, or its time is over.</param>
/// <param name="Hits">Rule, field, start and length of each thing that was taken out.</param>
public sealed record ReviewedMessage(
    StringId Id, StringId ThreadId, StringId SenderId, string SenderName, string SenderEmail, string Body, string Content, bool Redacted, bool Flagged,
    string? Original, JsonElement? Hits, List<AttachmentView> Attachments, DateTimeOffset CreatedAt)
{
    public static ReviewedMessage Of(ReviewMessages.Entry entry, FileLinks links)
    {
        var message = entry.Message;
        return new ReviewedMessage(
            message.Id, message.ConversationId, message.SenderId, entry.SenderName, entry.SenderEmail, message.Body, message.Body, message.IsRedacted, message.IsRedacted,
            entry.Original?.Body, entry.Original is { } words ? JsonElement.Parse(words.Hits) : null, AttachmentView.All(message.Attachments, links), message.SentAt);
    }
}

public sealed record FlaggedMessages([property: JsonPropertyName("flagged_messages")] List<ReviewedMessage> Messages);

public sealed record ReviewedMessages(List<ReviewedMessage> Messages);

using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core;
using Stoa.Core.Notifications;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;

namespace Stoa.Server.Notifications.Doors;

/// <summary>S0's notifications (S3's constants name the same paths).</summary>
public static class MarketplaceNotifications
{
    public static readonly Refusal IdsNeeded = Refusal.Invalid("notification.ids_needed", "The body is a list of ids, or an object with notification_id");

    public static void MapMarketplaceNotifications(this IEndpointRouteBuilder routes)
    {
        var notifications = routes.MapGroup("/api/notifications").RequireAuthorization().WithTags("Notifications");
        notifications.MapGet("", List).WithSummary("The caller's notifications, newest first; before= takes an id as a cursor");
        notifications.MapGet("/unread-count", Count).WithSummary("How many are unread");
        foreach (var method in (string[])["POST", "PUT"])
        {
            notifications.MapMethods("/{id:long}/read", [method], MarkOne).WithSummary("Mark one as read").Refuses(Notification.NotFound);
            notifications.MapMethods("/mark-all-read", [method], MarkAll).WithSummary("Mark all as read");
            notifications.MapMethods("/read-all", [method], MarkAll).WithSummary("Mark all as read");
        }

        notifications.MapPost("/mark-read", MarkSome).WithSummary("Mark several as read: a list of ids, or {notification_id}")
            .Example("""["17","18"]""").Refuses(IdsNeeded);
        notifications.MapDelete("/{id:long}", Delete).WithSummary("Delete one").Refuses(Notification.NotFound);
    }

    private static async Task<Results<Ok<NotificationList>, ProblemHttpResult>> List(
        ListNotifications list, Caller caller, CancellationToken cancellation,
        int? limit = null, int? offset = null, long? before = null, [FromQuery(Name = "unread_only")] bool unreadOnly = false) =>
        (await list.Handle(new(unreadOnly, before, offset, limit), caller, cancellation))
            .ToOk(static r => new NotificationList([.. r.Notifications.Select(NotificationView.Of)], r.Unread, r.Total));

    private static async Task<Results<Ok<NotificationCount>, ProblemHttpResult>> Count(
        CountUnreadNotifications count, Caller caller, CancellationToken cancellation) =>
        (await count.Handle(caller, cancellation)).ToOk(static n => new NotificationCount(n, n));

    private static async Task<Results<Ok<NotificationDone>, ProblemHttpResult>> MarkOne(
        long id, MarkNotificationsRead mark, Caller caller, CancellationToken cancellation) =>
        (await mark.OneAsync(id, caller, cancellation)).ToOk(static _ => new NotificationDone(true, true, "Notification marked as read", null));

    private static async Task<Results<Ok<NotificationDone>, ProblemHttpResult>> MarkAll(
        MarkNotificationsRead mark, Caller caller, CancellationToken cancellation) =>
        (await mark.Handle(null, caller, cancellation)).ToOk(static n => new NotificationDone(true, true, "Notifications marked as read", n));

    private static async Task<Results<Ok<NotificationDone>, ProblemHttpResult>> MarkSome(
        JsonElement body, MarkNotificationsRead mark, Caller caller, CancellationToken cancellation)
    {
        if (IdsIn(body) is not { } ids)
            return IdsNeeded.ToHttp();
        return (await mark.Handle(ids, caller, cancellation)).ToOk(static n => new NotificationDone(true, true, "Notifications marked as read", n));
    }

    private static async Task<Results<Ok<NotificationDone>, ProblemHttpResult>> Delete(
        long id, DeleteNotification delete, Caller caller, CancellationToken cancellation) =>
        (await delete.Handle(id, caller, cancellation)).ToOk(static _ => new NotificationDone(true, true, "Notification deleted", null));

    /// <summary>Null when it is neither of the two bodies.</summary>
    private static List<long>? IdsIn(JsonElement body)
    {
        IEnumerable<JsonElement> given = body.ValueKind switch
        {
            JsonValueKind.Array => body.EnumerateArray(),
            JsonValueKind.Object when body.TryGetProperty("notification_id", out var one) => [one],
            _ => [],
        };
        var ids = given.Select(static e => e.ValueKind switch
        {
            JsonValueKind.Number when e.TryGetInt64(out var number) => number,
            JsonValueKind.String when long.TryParse(e.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
            _ => -1L,
        }).ToList();
        return body.ValueKind == JsonValueKind.Array || ids.Count == 1 ? ids.Contains(-1) ? null : ids : null;
    }
}

public sealed record NotificationCount(int Count, int UnreadCount);

public sealed record NotificationDone(bool Ok, bool Success, string Message, int? MarkedCount);

/// <summary>A notification as S0 writes it; title, message and action_url are what its client shows.</summary>
public sealed record NotificationView(
    StringId Id,
    StringId UserId,
    string Topic,
    JsonElement Payload,
    string Title,
    string Message,
    string? ActionUrl,
    bool Read,
    DateTimeOffset? ReadAt,
    DateTimeOffset CreatedAt)
{
    public static NotificationView Of(Notification notification)
    {
        var payload = JsonElement.Parse(notification.Payload);
        var (title, message, action) = Words(notification, payload);
        return new NotificationView(
            notification.Id, notification.UserId, notification.Topic, payload, title, message, action,
            notification.ReadAt is not null, notification.ReadAt, notification.CreatedAt);
    }

    private static (string Title, string Message, string? ActionUrl) Words(Notification notification, JsonElement payload) => notification.Topic switch
    {
        NotificationTopics.NewMessage => ($"New message from {Text(payload, "sender_name")}", Text(payload, "preview"), $"/messages/{notification.ReferenceId}"),
        _ => (notification.Topic, Text(payload, "message"), null),
    };

    private static string Text(JsonElement payload, string member) =>
        payload.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

public sealed record NotificationList(List<NotificationView> Notifications, int UnreadCount, int TotalCount);

[JsonSerializable(typeof(NotificationList))]
[JsonSerializable(typeof(NotificationCount))]
[JsonSerializable(typeof(NotificationDone))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class NotificationsJson : JsonSerializerContext;

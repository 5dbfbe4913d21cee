namespace Stoa.Core.Notifications;

/// <summary>Something an account should know, kept until its owner deletes it.</summary>
public sealed class Notification
{
    /// <summary>Absent, or somebody else's.</summary>
    public static readonly Refusal NotFound = Refusal.NotFound("notification.not_found", "Notification not found");

    public const int MaxTopicLength = 50;

    public long Id { get; private set; }

    public required long UserId { get; init; }

    /// <summary>What kind, e.g. <c>NEW_MESSAGE</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>Who caused it; null: the system.</summary>
    public long? ActorId { get; init; }

    /// <summary>What it is about, e.g. <c>conversation</c>.</summary>
    public string? ReferenceType { get; init; }

    public long? ReferenceId { get; init; }

    /// <summary>A JSON object whose members the topic fixes.</summary>
    public required string Payload { get; init; }

    /// <summary>Null while unread.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    /// <summary>Unique per account when given: what comes again under the same key makes no second row.</summary>
    public string? DedupeKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The topics in use.</summary>
public static class NotificationTopics
{
    /// <summary>A message in a thread: <c>{thread_id, sender_name, preview}</c> (S0-27).</summary>
    public const string NewMessage = "NEW_MESSAGE";
}

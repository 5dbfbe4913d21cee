namespace Stoa.Core.Conversations;

/// <summary>What a redacted message said before: for moderators, until its time is over.</summary>
public sealed class MessageOriginal
{
    /// <summary>The message; one original each.</summary>
    public required long MessageId { get; init; }

    public required string Body { get; init; }

    public IReadOnlyList<Attachment>? Attachments { get; init; }

    /// <summary>A JSON array of <c>{rule, start, length, field}</c>: why something was taken out.</summary>
    public required string Hits { get; init; }

    /// <summary>When it is deleted.</summary>
    public required DateTimeOffset KeepUntil { get; init; }
}

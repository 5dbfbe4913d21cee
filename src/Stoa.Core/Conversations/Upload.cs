namespace Stoa.Core.Conversations;

/// <summary>A file somebody uploaded for a message; its bytes lie in the blob store under <see cref="StorageKey"/>.</summary>
public sealed class Upload
{
    public static readonly Refusal NotFound = Refusal.NotFound("attachment.not_found", "Attachment not found");

    public long Id { get; private set; }

    public required long OwnerId { get; init; }

    /// <summary>Where it may be seen: set by the first message that names it, and then for good. Null: by its owner alone.</summary>
    public long? ConversationId { get; set; }

    /// <summary>As the sender called it, without path and control characters.</summary>
    public required string Name { get; init; }

    /// <summary>What the bytes are, by their look and not by the sender's word.</summary>
    public required string Mime { get; init; }

    /// <summary>Bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Random, so that it cannot be guessed from an id.</summary>
    public required string StorageKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

namespace Stoa.Core.Conversations;

/// <summary>A file somebody uploaded for a message; its bytes lie in the file store under <see cref="StorageKey"/>.</summary>
/// <remarks>
/// The row is there before the bytes and goes after them, so no byte lies anywhere that no row knows. It waits for its owner's message until a sweep
/// takes it; a message claims it in the transaction that writes the message, once and for good (docs/attachments.md).
/// </remarks>
public sealed class Upload
{
    public const int MaxNameLength = Attachment.MaxNameLength;

    public static readonly Refusal NotFound = Refusal.NotFound("attachment.not_found", "Attachment not found");

    /// <summary>Said to its owner alone: others get <see cref="NotFound"/>.</summary>
    public static readonly Refusal Taken = Refusal.Conflict("attachment.taken", "This file was already sent with another message");

    /// <summary>Never given twice (<see cref="Data.UnrepeatedId"/>): links name it.</summary>
    public long Id { get; private set; }

    public required long OwnerId { get; init; }

    /// <summary>Where it may be seen, set with <see cref="MessageSeq"/>. Null: by its owner alone.</summary>
    public long? ConversationId { get; set; }

    /// <summary>The number of the message that has it, within the conversation; null while it waits for one.</summary>
    public long? MessageSeq { get; set; }

    /// <summary>As the sender called it, without path and control characters; after redaction when a message has it.</summary>
    public required string Name { get; set; }

    /// <summary>What the bytes are, by their look and not by the sender's word.</summary>
    public required string Mime { get; init; }

    /// <summary>Bytes; 0 until all of them are stored, and until then nobody may name or fetch it.</summary>
    public long Size { get; set; }

    /// <summary>Of the bytes, 64 lower-case hex digits; null until all are stored.</summary>
    public string? Sha256 { get; set; }

    /// <summary>Random, so that it cannot be guessed from an id.</summary>
    public required string StorageKey { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it is gone for everybody; a sweep removes the bytes and then the row.</summary>
    public DateTimeOffset? ErasedAt { get; set; }
}

/// <summary>An upload a message takes for itself.</summary>
/// <param name="Name">What the file is called from now on; null: as before.</param>
public readonly record struct UploadClaim(long Id, string? Name);

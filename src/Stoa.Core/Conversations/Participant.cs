using Stoa.Core.Accounts;

namespace Stoa.Core.Conversations;

/// <summary>In which capacity an account takes part.</summary>
public enum PartyType
{
    User,
    Astrologer,
    Admin,
}

/// <summary>An account in a conversation, with what it has read; unique per pair.</summary>
public sealed class Participant
{
    public long Id { get; private set; }

    public long ConversationId { get; init; }

    public Conversation? Conversation { get; init; }

    public required long UserId { get; init; }

    public User? User { get; init; }

    public PartyType Type { get; set; }

    /// <summary>The role within a thread (BUYER, SELLER, …); null elsewhere.</summary>
    public string? Role { get; set; }

    public required DateTimeOffset JoinedAt { get; init; }

    /// <summary>Null while taking part.</summary>
    public DateTimeOffset? LeftAt { get; set; }

    /// <summary>Everything up to this number counts as read; single later messages may be read too.</summary>
    public long LastReadSeq { get; set; }

    public DateTimeOffset? LastReadAt { get; set; }

    public long LastDeliveredSeq { get; set; }

    /// <summary>Messages of others not read yet. Moved in the same transaction as what it counts, so every door shows one number.</summary>
    public int UnreadCount { get; set; }
}

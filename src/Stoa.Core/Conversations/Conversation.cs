namespace Stoa.Core.Conversations;

/// <summary>What a conversation is for; decides who may be in it and how it is found again.</summary>
public enum ConversationKind
{
    /// <summary>Between two accounts.</summary>
    Direct,

    /// <summary>About something (a listing, an order), with named roles.</summary>
    Thread,

    /// <summary>Between an account and the operator's shared inbox.</summary>
    Support,

    Group,
}

/// <summary>A numbered record of messages and those who may read and write it.</summary>
public sealed class Conversation
{
    public const int MaxAliasLength = 100;

    /// <summary>Absent, or not the caller's.</summary>
    public static readonly Refusal NotFound = Refusal.NotFound("conversation.not_found", "Conversation not found");

    public static readonly Refusal Closed = Refusal.Conflict("conversation.closed", "Conversation is closed");

    public long Id { get; private set; }

    public required ConversationKind Kind { get; init; }

    /// <summary>What makes get-or-create race-free: unique, built by <see cref="DirectKey"/> and its like; null for free groups.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>The name clients of the mailbox know it by, e.g. <c>conv_3_8</c>; means something only among its members.</summary>
    public string? Alias { get; init; }

    public string? ContextType { get; init; }

    public string? ContextId { get; init; }

    public required long CreatedBy { get; init; }

    /// <summary>The number of the newest message; 0 when there is none. Only the message log moves it.</summary>
    public long LastSeq { get; private set; }

    public DateTimeOffset? LastMessageAt { get; private set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public List<Participant> Participants { get; } = [];

    /// <summary>The alias the mailbox gives to two people who did not choose one.</summary>
    public static string DirectAlias(long one, long other) => $"conv_{Math.Min(one, other)}_{Math.Max(one, other)}";

    /// <summary>One conversation per pair and alias, whoever writes first.</summary>
    public static string DirectKey(long one, long other, string alias) => $"direct:{Math.Min(one, other)}:{Math.Max(one, other)}:{alias}";

    /// <summary>A conversation of two, not stored yet.</summary>
    public static Conversation Direct(long creator, long other, string? alias, DateTimeOffset now)
    {
        var name = alias ?? DirectAlias(creator, other);
        var conversation = new Conversation
        {
            Kind = ConversationKind.Direct,
            UniqueKey = DirectKey(creator, other, name),
            Alias = name,
            CreatedBy = creator,
            CreatedAt = now,
            UpdatedAt = now,
        };
        conversation.Participants.Add(new Participant { UserId = creator, JoinedAt = now });
        conversation.Participants.Add(new Participant { UserId = other, JoinedAt = now });
        return conversation;
    }
}

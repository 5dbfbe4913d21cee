using System.Security.Cryptography;
using System.Text;

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
    public const int MaxTitleLength = 100;

    /// <summary>The name of the caller's own inbox with the support desk.</summary>
    public const string OwnInbox = "admin";

    internal const string InboxPrefix = "admin_";
    internal const string PairPrefix = "conv_";

    /// <summary>Absent, or not the caller's.</summary>
    public static readonly Refusal NotFound = Refusal.NotFound("conversation.not_found", "Conversation not found");

    public static readonly Refusal Closed = Refusal.Conflict("conversation.closed", "Conversation is closed");

    public long Id { get; private set; }

    public required ConversationKind Kind { get; init; }

    /// <summary>What makes get-or-create race-free: unique, built by <see cref="DirectKey"/> and its like; null for free groups.</summary>
    public string? UniqueKey { get; init; }

    /// <summary>
    /// The name clients of the mailbox know it by, e.g. <c>conv_3_8</c>; means something only among its members (<see
    /// cref="ConversationName"/>).
    /// </summary>
    public string? Alias { get; init; }

    /// <summary>Two parties and never more: each message has a recipient, and mailboxes show it. Otherwise reading is a watermark.</summary>
    public bool IsPair { get; init; }

    /// <summary>What it is about, e.g. <c>LISTING</c>.</summary>
    public string? ContextType { get; init; }

    public string? ContextId { get; init; }

    /// <summary>What a group calls itself; null elsewhere.</summary>
    public string? Title { get; init; }

    public required long CreatedBy { get; init; }

    /// <summary>The number of the newest message; 0 when there is none. Only the message log moves it.</summary>
    public long LastSeq { get; private set; }

    public DateTimeOffset? LastMessageAt { get; private set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public List<Participant> Participants { get; } = [];

    /// <summary>The alias the mailbox gives to two people who did not choose one.</summary>
    public static string DirectAlias(long one, long other) => $"{PairPrefix}{Math.Min(one, other)}_{Math.Max(one, other)}";

    /// <summary>One conversation per pair and alias, whoever writes first.</summary>
    public static string DirectKey(long one, long other, string alias) => $"direct:{Math.Min(one, other)}:{Math.Max(one, other)}:{alias}";

    /// <summary>A conversation of two, not stored yet.</summary>
    public static Conversation Direct(long creator, long other, string? alias, DateTimeOffset now)
    {
        var name = alias ?? DirectAlias(creator, other);
        var conversation = new Conversation
        {
            Kind = ConversationKind.Direct,
            IsPair = true,
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

    /// <summary>One thread per context and set of members (contract E.9.2); the set is hashed, because keys are short.</summary>
    public static string ThreadKey(string contextType, string contextId, IEnumerable<long> members)
    {
        var set = string.Join(',', members.Distinct().Order());
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{contextType}\n{contextId}\n{set}"));
        return $"thread:{Convert.ToHexStringLower(digest)}";
    }

    /// <summary>A thread about something, not stored yet.</summary>
    /// <param name="members">The creator among them, each once, with their role.</param>
    public static Conversation Thread(long creator, string contextType, string contextId, IReadOnlyList<(long UserId, string Role)> members, DateTimeOffset now)
    {
        var thread = new Conversation
        {
            Kind = ConversationKind.Thread,
            UniqueKey = ThreadKey(contextType, contextId, members.Select(static m => m.UserId)),
            IsPair = members.Count == 2,
            ContextType = contextType,
            ContextId = contextId,
            CreatedBy = creator,
            CreatedAt = now,
            UpdatedAt = now,
        };
        thread.Participants.AddRange(members.Select(m => new Participant { UserId = m.UserId, Role = m.Role, JoinedAt = now }));
        return thread;
    }

    /// <summary>The name under which S3's clients know the inbox of an astrologer with the support desk.</summary>
    public static string SupportAlias(long account) => $"{InboxPrefix}{account}";

    public static string SupportKey(long account) => $"support:{account}";

    /// <summary>Between an account and the support desk, not stored yet.</summary>
    /// <param name="desk">The desk's own account, as which every administrator writes.</param>
    public static Conversation Support(long desk, long account, PartyType type, DateTimeOffset now)
    {
        var inbox = new Conversation
        {
            Kind = ConversationKind.Support,
            UniqueKey = SupportKey(account),
            Alias = SupportAlias(account),
            IsPair = true,
            CreatedBy = desk,
            CreatedAt = now,
            UpdatedAt = now,
        };
        inbox.Participants.Add(new Participant { UserId = desk, Type = PartyType.Admin, JoinedAt = now });
        inbox.Participants.Add(new Participant { UserId = account, Type = type, JoinedAt = now });
        return inbox;
    }

    /// <summary>Among several, not stored yet; nothing makes it unique.</summary>
    public static Conversation Group(long creator, string? title, IReadOnlyDictionary<long, PartyType> members, DateTimeOffset now)
    {
        var group = new Conversation { Kind = ConversationKind.Group, Title = title, CreatedBy = creator, CreatedAt = now, UpdatedAt = now };
        group.Participants.AddRange(members.Select(m => new Participant { UserId = m.Key, Type = m.Value, JoinedAt = now }));
        return group;
    }
}

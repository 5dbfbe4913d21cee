using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>What administrators may change of messaging while the server runs; a null member has its configured value.</summary>
/// <param name="Redaction">By kind of conversation (<c>thread</c>, <c>direct</c>, <c>support</c>, <c>group</c>): whose messages are looked through
/// (<c>user</c>, <c>astrologer</c>, <c>admin</c>); a kind that is missing has its configured value.</param>
/// <param name="AllowedHosts">Hosts, with everything below them, that may be linked to.</param>
/// <param name="KeepOriginalsDays">How long moderators can read what was taken out.</param>
/// <param name="TextFiles">Whether text files are looked through when they are attached.</param>
/// <param name="MessagesPerMinute">Messages an account may send in a minute over all doors; 0: as many as it likes.</param>
public sealed record MessagingChanges(
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Redaction = null,
    IReadOnlyList<string>? AllowedHosts = null,
    double? KeepOriginalsDays = null,
    int? MessagesPerMinute = null,
    bool? TextFiles = null)
{
    public string Write() => JsonSerializer.Serialize(this, MessagingChangesJson.Default.MessagingChanges);

    public static MessagingChanges Read(string json) => JsonSerializer.Deserialize(json, MessagingChangesJson.Default.MessagingChanges) ?? new();
}

/// <summary>The values in force: what was configured, with what administrators changed over it.</summary>
/// <param name="Version">How often they were changed; 0: as configured.</param>
public sealed record MessagingPolicy(
    IReadOnlyDictionary<ConversationKind, IReadOnlyList<PartyType>> Redaction,
    IReadOnlyList<string> AllowedHosts,
    TimeSpan KeepOriginals,
    bool ReadsTextFiles,
    int MessagesPerMinute,
    int Version,
    DateTimeOffset? UpdatedAt,
    long? UpdatedBy)
{
    private static readonly PartyType[] Ordinary = [PartyType.User, PartyType.Astrologer];

    public ContactScanner Scanner { get; } = new(AllowedHosts);

    /// <summary>Whether contact details are taken out of what such a party writes there.</summary>
    public bool Redacts(ConversationKind kind, PartyType sender) => Redaction[kind].Contains(sender);

    /// <summary>A name as it is shown beside what such a party writes there.</summary>
    public string ShownName(ConversationKind kind, PartyType party, string name) =>
        Redacts(kind, party) ? ContactScanner.Replace(name, Scanner.Scan(name)) : name;

    public static MessagingPolicy Of(StoaSettings settings, MessagingSettingsRow? row)
    {
        var changes = row is null ? new MessagingChanges() : MessagingChanges.Read(row.Content);
        return new MessagingPolicy(
            Enum.GetValues<ConversationKind>().ToDictionary(static k => k, k => (IReadOnlyList<PartyType>)RedactedIn(k, settings.Redaction, changes)),
            changes.AllowedHosts ?? [.. settings.Redaction.AllowedHosts.Select(static h => h.ToLowerInvariant())],
            changes.KeepOriginalsDays is { } days ? TimeSpan.FromDays(days) : settings.Redaction.KeepOriginals,
            changes.TextFiles ?? settings.Redaction.TextFiles,
            changes.MessagesPerMinute ?? settings.RateLimit.MessagesPerMinute,
            row?.Version ?? 0, row?.UpdatedAt, row?.UpdatedBy);
    }

    private static PartyType[] RedactedIn(ConversationKind kind, RedactionSettings configured, MessagingChanges changes)
    {
        if (changes.Redaction?.FirstOrDefault(r => string.Equals(r.Key, kind.ToString(), StringComparison.OrdinalIgnoreCase)).Value is { } parties)
            return [.. parties.Select(static p => Enum.Parse<PartyType>(p, ignoreCase: true))];
        return configured.Kinds.Any(k => string.Equals(k, kind.ToString(), StringComparison.OrdinalIgnoreCase)) ? Ordinary : [];
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessagingChanges))]
internal sealed partial class MessagingChangesJson : JsonSerializerContext;

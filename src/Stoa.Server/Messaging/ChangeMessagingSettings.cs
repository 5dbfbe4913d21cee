using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging;

/// <summary>Replaces what administrators changed of the messaging settings; what is left out has its configured value again.</summary>
/// <remarks>
/// In force at once here and within five seconds on every node. In the audit trail with the values before and after; a change that changes nothing
/// is not written. Refusals: <c>messaging_settings.invalid</c> (the sentence names the member), <c>messaging_settings.changed</c> (by somebody else
/// since <c>Version</c>, or at the same moment).
/// </remarks>
public sealed class ChangeMessagingSettings(StoaDb db, StoaSettings settings, PolicyInForce inForce, AuditTrail audit, TimeProvider clock)
{
    public const int MaxHosts = 200;
    private const int MaxHostLength = 253; // RFC 1035 §2.3.4
    private const int MaxDays = 3650;
    private const int MaxPerMinute = 100_000;

    public static readonly Refusal Invalid = Refusal.Invalid("messaging_settings.invalid", "These settings are not valid");
    public static readonly Refusal Changed = Refusal.Conflict("messaging_settings.changed", "Somebody else changed the settings in the meantime");

    /// <param name="Version">The version that was read before; null: whatever is there is replaced.</param>
    public sealed record Request(MessagingChanges Changes, int? Version);

    public async Task<Outcome<MessagingPolicy>> Handle(Request request, Caller admin, CancellationToken cancellation)
    {
        if (WhyNot(request.Changes) is { } problem)
            return Invalid with { Text = problem };
        var row = await db.MessagingSettings.SingleOrDefaultAsync(r => r.Id == MessagingSettingsRow.OnlyId, cancellation);
        if (request.Version is { } expected && expected != (row?.Version ?? 0))
            return Changed;

        var (before, after) = (row?.Content ?? new MessagingChanges().Write(), Tidy(request.Changes).Write());
        if (before != after)
        {
            row = Write(row, after, admin);
            audit.Note(admin, "messaging_settings.changed", "messaging_settings", MessagingSettingsRow.OnlyId, before, after);
            if (!await TrySaveAsync(cancellation))
                return Changed;
            inForce.Forget();
        }

        return MessagingPolicy.Of(settings, row);
    }

    private MessagingSettingsRow Write(MessagingSettingsRow? row, string content, Caller admin)
    {
        var now = clock.GetUtcNow();
        if (row is null)
        {
            row = new MessagingSettingsRow { Id = MessagingSettingsRow.OnlyId, Content = content, Version = 1, UpdatedBy = admin.UserId, UpdatedAt = now };
            db.MessagingSettings.Add(row);
            return row;
        }

        (row.Content, row.Version, row.UpdatedBy, row.UpdatedAt) = (content, row.Version + 1, admin.UserId, now);
        return row;
    }

    /// <summary>False when another change was there first: by the row's key, or by its version.</summary>
    private async Task<bool> TrySaveAsync(CancellationToken cancellation)
    {
        try
        {
            await db.SaveChangesAsync(cancellation);
            return true;
        }
        catch (DbUpdateException e) when (e is DbUpdateConcurrencyException || db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return false;
        }
    }

    private static string? WhyNot(MessagingChanges changes)
    {
        foreach (var (kind, parties) in changes.Redaction ?? new Dictionary<string, IReadOnlyList<string>>())
        {
            if (!IsWord<ConversationKind>(kind))
                return $"redaction: each kind must be one of {Words<ConversationKind>()}";
            if (parties is null || !parties.All(IsWord<PartyType>))
                return $"redaction: each party must be one of {Words<PartyType>()}";
        }

        if (changes.AllowedHosts is { } hosts && (hosts.Count > MaxHosts || !hosts.All(IsHost)))
            return $"allowed_hosts: at most {MaxHosts} names of hosts such as shop.example.org";
        if (changes.KeepOriginalsDays is < 0 or > MaxDays or double.NaN)
            return $"keep_originals_days must be 0 to {MaxDays}";
        return changes.MessagesPerMinute is < 0 or > MaxPerMinute ? $"messages_per_minute must be 0 to {MaxPerMinute}" : null;
    }

    /// <summary>One way to write the same: words and hosts in lower case, each once.</summary>
    private static MessagingChanges Tidy(MessagingChanges changes) => changes with
    {
        Redaction = changes.Redaction?.GroupBy(static r => Word(r.Key), static r => r.Value, StringComparer.Ordinal).OrderBy(static g => g.Key, StringComparer.Ordinal)
            .ToDictionary(static g => g.Key, static g => (IReadOnlyList<string>)[.. g.SelectMany(static p => p).Select(Word).Distinct().Order(StringComparer.Ordinal)], StringComparer.Ordinal),
        AllowedHosts = changes.AllowedHosts is { } hosts ? [.. hosts.Select(Word).Distinct().Order(StringComparer.Ordinal)] : null,
    };

    private static bool IsHost(string? host) => host is { Length: > 0 and <= MaxHostLength }
        && host.Contains('.', StringComparison.Ordinal) && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-') && Uri.CheckHostName(host) == UriHostNameType.Dns;

    private static bool IsWord<T>(string? text)
        where T : struct, Enum =>
        text is not null && Array.Exists(Enum.GetNames<T>(), name => name.Equals(text, StringComparison.OrdinalIgnoreCase));

    private static string Words<T>()
        where T : struct, Enum =>
        string.Join(", ", Enum.GetNames<T>().Select(Word));

#pragma warning disable CA1308 // Lower case is the form on the wire.
    internal static string Word(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}

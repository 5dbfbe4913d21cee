using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>Who takes part, as others see them beside messages.</summary>
/// <param name="Name">Without contact details where they are taken out of what the party writes.</param>
/// <param name="Role">Within a thread, e.g. <c>BUYER</c>; null elsewhere.</param>
/// <param name="Username">To tell a mention of somebody who takes part; not shown.</param>
/// <param name="HasFullName">Whether <paramref name="Name"/> is the full name.</param>
/// <param name="IsRedacted">Whether contact details are taken out of what the party writes.</param>
public sealed record Party(long UserId, PartyType Type, string Name, string? Role = null, string Username = "", bool HasFullName = false,
    bool IsRedacted = false);

/// <summary>The face of a conversation: its kind, alias and parties. For display only, never for permission.</summary>
public sealed record ConversationCard(long Id, ConversationKind Kind, string? Alias, string? Title, IReadOnlyList<Party> Parties)
{
    private const string Desk = "admin";

    /// <summary>How S3's clients call it: a support inbox by its alias, which they build themselves; others by the digits of the id.</summary>
    public string WireName => Kind == ConversationKind.Support && Alias is not null ? Alias : Id.ToString(CultureInfo.InvariantCulture);

    /// <summary>How the mailbox calls it: its alias where that stands for this conversation, else the digits of the id.</summary>
    public string MailboxName => ConversationName.Shown(Kind, Alias, Id, Parties is [var one, ..] ? one.UserId : 0,
        Parties is [_, var other, ..] ? other.UserId : null);

    /// <summary>The alias, where it stands for this conversation; null otherwise.</summary>
    public string? ShownAlias => Alias is not null && MailboxName == Alias ? Alias : null;

    /// <summary>How S3's clients call a party: the desk is <c>admin</c>, others the digits of their id.</summary>
    public string WireIdOf(long userId) =>
        Kind == ConversationKind.Support && PartyOf(userId).Type == PartyType.Admin ? Desk : userId.ToString(CultureInfo.InvariantCulture);

    /// <summary>A party; somebody who has left reads as "Unknown".</summary>
    public Party PartyOf(long userId)
    {
        foreach (var party in Parties)
        {
            if (party.UserId == userId)
                return party;
        }

        return new Party(userId, PartyType.User, "Unknown");
    }
}

/// <summary>Cards of conversations in use, kept for a few seconds: names may be shown that much too late.</summary>
public sealed class ConversationCards(IDbContextFactory<StoaDb> databases, PolicyInForce inForce, TimeProvider clock)
{
    private const int MaxEntries = 20_000;
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<long, (ConversationCard Card, DateTimeOffset Until)> cards = new();

    /// <summary>The card of a conversation that exists.</summary>
    public async ValueTask<ConversationCard> FindAsync(long conversationId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (cards.TryGetValue(conversationId, out var known) && now < known.Until)
            return known.Card;

        await using var db = await databases.CreateDbContextAsync(cancellation);
        var card = (await LoadAsync(db, [conversationId], cancellation))[conversationId];

        // Full means more conversations are busy at once than fit: start over, which costs a query each.
        if (cards.Count >= MaxEntries)
            cards.Clear();
        cards[conversationId] = (card, now + KeptFor);
        return card;
    }

    /// <summary>The cards of several conversations in two queries, past the cache.</summary>
    public async Task<Dictionary<long, ConversationCard>> LoadAsync(
        StoaDb db, IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var conversations = await db.Conversations.AsNoTracking().Where(c => ids.Contains(c.Id)).Select(c => new { c.Id, c.Kind, c.Alias, c.Title }).ToListAsync(cancellation);
        var parties = await db.Participants.AsNoTracking()
            .Where(p => ids.Contains(p.ConversationId))
            .Select(p => new { p.Id, p.ConversationId, p.UserId, p.Type, p.Role, p.User!.Username, p.User.FullName,
                IsPrivate = p.User.Profile != null && p.User.Profile.IsPrivate })
            .OrderBy(p => p.Id)
            .ToListAsync(cancellation);
        var policy = await inForce.FindAsync(cancellation);
        var kinds = conversations.ToDictionary(static c => c.Id, static c => c.Kind);
        var byConversation = parties.ToLookup(
            p => p.ConversationId,
            p => new Party(
                p.UserId, p.Type, policy.ShownName(kinds[p.ConversationId], p.Type, User.ShownName(p.Username, p.FullName, p.IsPrivate)),
                p.Role, p.Username,
                User.ShownFullName(p.FullName, p.IsPrivate) is not null, policy.Redacts(kinds[p.ConversationId], p.Type)));
        return conversations.ToDictionary(c => c.Id, c => new ConversationCard(c.Id, c.Kind, c.Alias, c.Title, [.. byConversation[c.Id]]));
    }
}

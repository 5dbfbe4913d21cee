using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>The caller's conversations, the most recently written first.</summary>
/// <remarks>Five queries whatever the page; the sorting is over the caller's own conversations. Refusal: <c>communications.not_yours</c>.</remarks>
public sealed class ListConversations(StoaDb db, ConversationCards faces)
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;

    /// <param name="Id">Only this one; null: all.</param>
    /// <param name="Page">From 1.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    /// <param name="Kind">Only of this kind; null: all.</param>
    /// <param name="ContextType">Only about this; null: whatever it is about.</param>
    /// <param name="OnlyPairs">Only those of two.</param>
    /// <param name="ContactsOf">Only those of two with a message in them that the caller still sees, of the astrologer with this id, who must be the caller; null: whoever calls.</param>
    public sealed record Request(
        long? Id, int? Page, int? Limit, ConversationKind? Kind = null, string? ContextType = null, string? ContextId = null, bool OnlyPairs = false, long? ContactsOf = null);

    public sealed record Response(IReadOnlyList<Summary> Conversations, int Total, int Page, int Limit);

    /// <param name="Last">The newest message that the caller still sees; null when there is none.</param>
    public sealed record Summary(
        ConversationCard Card,
        long LastSeq,
        Message? Last,
        int UnreadCount,
        long LastReadSeq,
        bool IsActive,
        string? ContextType,
        string? ContextId,
        long CreatedBy,
        DateTimeOffset CreatedAt,
        DateTimeOffset UpdatedAt);

    public async Task<Outcome<Response>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        if (request.ContactsOf is { } astrologer && WhoseContacts.WhyNot(astrologer, caller) is { } refusal)
            return refusal;
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var page = Math.Clamp(request.Page ?? 1, 1, int.MaxValue / MaxLimit);
        var me = caller.UserId;
        var seen = db.Messages.Where(m => m.ErasedAt == null && !(m.SenderId == me && m.HiddenFromSender) && !(m.RecipientId == me && m.HiddenFromRecipient));
        var mine = db.Participants.AsNoTracking().Where(p => p.UserId == caller.UserId && p.LeftAt == null);
        if (request.Id is { } only)
            mine = mine.Where(p => p.ConversationId == only);
        if (request.Kind is { } kind)
            mine = mine.Where(p => p.Conversation!.Kind == kind);
        if (request.OnlyPairs)
            mine = mine.Where(p => p.Conversation!.IsPair);
        if (request.ContactsOf is not null)
            mine = mine.Where(p => p.Conversation!.IsPair && seen.Any(m => m.ConversationId == p.ConversationId));
        if (request.ContextType is { } about)
            mine = mine.Where(p => p.Conversation!.ContextType == about);
        if (request.ContextId is { } which)
            mine = mine.Where(p => p.Conversation!.ContextId == which);

        var total = await mine.CountAsync(cancellation);
        var rows = await mine
            .OrderByDescending(p => p.Conversation!.LastMessageAt ?? p.Conversation.CreatedAt).ThenByDescending(p => p.ConversationId)
            .Skip((page - 1) * limit).Take(limit)
            .Select(p => new
            {
                p.ConversationId,
                p.UnreadCount,
                p.LastReadSeq,
                Conversation = p.Conversation!,
                // Mostly the newest one of all: further back only past what was deleted.
                LastId = seen.Where(m => m.ConversationId == p.ConversationId).OrderByDescending(m => m.Seq).Select(m => (long?)m.Id).FirstOrDefault(),
            })
            .ToListAsync(cancellation);
        var cards = await faces.LoadAsync(db, [.. rows.Select(r => r.ConversationId)], cancellation);
        var lastIds = rows.Where(static r => r.LastId is not null).Select(static r => r.LastId!.Value).ToList();
        var last = await db.Messages.AsNoTracking().Where(m => lastIds.Contains(m.Id)).ToDictionaryAsync(static m => m.Id, cancellation);
        var list = rows.ConvertAll(r => new Summary(
            cards[r.ConversationId],
            r.Conversation.LastSeq,
            r.LastId is { } id && last.TryGetValue(id, out var message) ? message.AsSeenBy(caller.UserId) : null,
            r.UnreadCount,
            r.LastReadSeq,
            r.Conversation.ClosedAt is null,
            r.Conversation.ContextType,
            r.Conversation.ContextId,
            r.Conversation.CreatedBy,
            r.Conversation.CreatedAt,
            r.Conversation.UpdatedAt));
        return new Response(list, total, page, limit);
    }
}

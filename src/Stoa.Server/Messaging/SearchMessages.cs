using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Finds the caller's messages by their words, newest first; what they deleted, or have no part in any more, is not among them.</summary>
/// <remarks>
/// Every word must occur; the last one may be a beginning. A message can be found some seconds after it was sent. Refusal:
/// <c>search.query_invalid</c>.
/// </remarks>
public sealed class SearchMessages(StoaDb db, ConversationCards faces)
{
    public const int MaxQueryLength = 200;
    public const int DefaultLimit = 20;
    public const int MaxLimit = 50;
    public static readonly Refusal BadQuery = Refusal.Invalid("search.query_invalid", $"What is searched for (q, or query) has 1 to {MaxQueryLength} characters, a letter or digit among them");

    /// <param name="Before">Only below this message id: the cursor.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(string? Query, long? Before, int? Limit);

    /// <param name="NextBefore">The cursor of the next page; null at the end.</param>
    public sealed record Response(IReadOnlyList<Message> Messages, IReadOnlyDictionary<long, ConversationCard> Cards, long? NextBefore);

    public async Task<Outcome<Response>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var query = request.Query?.Trim() ?? "";
        if (query.Length is 0 or > MaxQueryLength || !query.Any(char.IsLetterOrDigit) || query.Contains('\0', StringComparison.Ordinal))
            return BadQuery;
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var ids = await MessageSearch.FindAsync(db, caller.UserId, query, request.Before, limit, cancellation);
        var messages = await db.Messages.AsNoTracking()
            .Where(m => ids.Contains(m.Id) && m.ErasedAt == null
                && db.Participants.Any(p => p.ConversationId == m.ConversationId && p.UserId == caller.UserId && p.LeftAt == null)
                && !(m.SenderId == caller.UserId && m.HiddenFromSender) && !(m.RecipientId == caller.UserId && m.HiddenFromRecipient))
            .OrderByDescending(m => m.Id).ToListAsync(cancellation);
        var cards = await faces.LoadAsync(db, [.. messages.Select(m => m.ConversationId).Distinct()], cancellation);
        return new Response(messages, cards, ids.Count == limit ? ids[^1] : null);
    }
}

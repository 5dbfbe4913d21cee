using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>A page of a conversation, for its participants.</summary>
/// <remarks>
/// Because numbers have no gaps, every page is a range of one index, however long the conversation: its cost is that of its own rows.
/// What was handed over counts as delivered. Messages the reader deleted, and erased ones, stay in their place as empty entries, so that a reader never takes them for a gap.
/// Refusal: <c>conversation.not_found</c>.
/// </remarks>
public sealed class ReadMessages(StoaDb db, FindConversation find, ConversationCards cards, DeliveryReceipts receipts)
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    private static readonly HotQuery<Func<StoaDb, long, long, long, IAsyncEnumerable<Message>>> Range = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long above, long upTo) => db.Messages.AsNoTracking()
            .Where(m => m.ConversationId == conversation && m.Seq > above && m.Seq <= upTo)
            .OrderBy(m => m.Seq)
            .AsQueryable()));

    /// <summary>Which page; the first member that is set counts, else the newest page.</summary>
    /// <param name="After">The messages that follow this number: catching up.</param>
    /// <param name="Before">The messages that precede this number: scrolling back.</param>
    /// <param name="Page">1 is the newest page, 2 the one before it.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    /// <param name="Offset">How many of the newest to pass over; counts when none of the others is set.</param>
    /// <param name="MostBytes">How much text at most, in UTF-8; what is over is left out at the far end of the page. Null: whatever the
    /// page has.</param>
    public sealed record Request(long ConversationId, long? After, long? Before, int? Page, int? Limit, long? Offset = null,
        int? MostBytes = null);

    /// <param name="Messages">Ascending by number.</param>
    /// <param name="LastSeq">The newest number of the conversation, which is also how many there are.</param>
    /// <param name="HasMore">Whether there are more in the direction of reading.</param>
    /// <param name="BeginsAnew">
    /// The reader asked for what follows a number that the conversation has not reached: what he holds is of a record that was lost. The page is empty.
    /// </param>
    public sealed record Response(IReadOnlyList<Message> Messages, ConversationCard Card, Progress Progress, int Page, int Limit, bool HasMore, bool BeginsAnew)
    {
        public long LastSeq => Progress.LastSeq;
    }

    public async Task<Outcome<Response>> Handle(Request request, Caller reader, CancellationToken cancellation)
    {
        var found = await find.Handle(request.ConversationId, reader, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;

        var last = found.Value.LastSeq;
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var page = Math.Clamp(request.Page ?? 1, 1, int.MaxValue);
        var (above, upTo) = Bounds(request, last, limit, page);
        var messages = new List<Message>(limit);
        await foreach (var message in Range.On(db)(db, request.ConversationId, above, upTo).WithCancellation(cancellation))
            messages.Add(message.AsSeenBy(reader.UserId));

        if (request.MostBytes is { } most && Cut(messages, most, keepOldest: request.After is not null) > 0)
            (above, upTo) = request.After is null ? (messages[0].Seq - 1, upTo) : (above, messages[^1].Seq);
        if (upTo > found.Value.Delivered)
            receipts.Note(request.ConversationId, reader.UserId, upTo);
        var card = await cards.FindAsync(request.ConversationId, cancellation);
        var more = request.After is null ? above > 0 : upTo < last;
        return new Response(messages, card, found.Value, page, limit, more, request.After > last);
    }

    /// <summary>Takes out at one end what is over; how many. At least one message is left.</summary>
    private static int Cut(List<Message> messages, int most, bool keepOldest)
    {
        var (kept, bytes) = (0, 0);
        while (kept < messages.Count)
        {
            bytes += Encoding.UTF8.GetByteCount(messages[keepOldest ? kept : messages.Count - 1 - kept].Body);
            if (bytes > most && kept > 0)
                break;
            kept++;
        }

        var over = messages.Count - kept;
        messages.RemoveRange(keepOldest ? kept : 0, over);
        return over;
    }

    private static (long Above, long UpTo) Bounds(Request request, long last, int limit, int page)
    {
        if (request.After is { } after)
        {
            var above = Math.Clamp(after, 0, last);
            return (above, Math.Min(last, above + limit));
        }

        var passedOver = request is { Page: null, Offset: { } offset } ? Math.Clamp(offset, 0, last) : (page - 1L) * limit;
        var upTo = request.Before is { } before ? Math.Clamp(before - 1, 0, last) : Math.Max(0, last - passedOver);
        return (Math.Max(0, upTo - limit), upTo);
    }
}

using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Marks messages addressed to the caller as read.</summary>
/// <remarks>
/// Only messages of that conversation that somebody else sent to the caller are touched; others among the ids are passed over. In a
/// conversation of more than two, reading a message reads all before it.
/// Repeating it changes nothing and announces nothing. The unread count moves in the same transaction, by what really changed.
/// Refusal: <c>conversation.not_found</c>. Announced as <see cref="MessagesRead"/>.
/// </remarks>
public sealed class MarkRead(StoaDb db, OutboxWriter outbox, TimeProvider clock)
{
    public const int MaxIds = 500;

    /// <param name="MessageIds">At most <see cref="MaxIds"/> are looked at; null: everything there is.</param>
    public sealed record Request(long ConversationId, IReadOnlyList<long>? MessageIds);

    public sealed record Response(IReadOnlyList<long> MessageIds, DateTimeOffset ReadAt, int UnreadCount);

    public async Task<Outcome<Response>> Handle(Request request, Caller reader, CancellationToken cancellation) =>
        await outbox.WriteAsync(async () => await MarkAsync(request, reader, cancellation), cancellation);

    private async Task<Outcome<Response>> MarkAsync(Request request, Caller reader, CancellationToken cancellation)
    {
        var mine = db.Participants.Where(p => p.ConversationId == request.ConversationId && p.UserId == reader.UserId && p.LeftAt == null);
        var place = await mine.Select(p => new { p.Conversation!.LastSeq, p.Conversation.IsPair, p.LastReadSeq }).SingleOrDefaultAsync(cancellation);
        if (place is null)
            return Conversation.NotFound;
        return place.IsPair
            ? await MarkReceivedAsync(request, reader, mine, place.LastReadSeq, place.LastSeq, cancellation)
            : await MoveWatermarkAsync(request, reader, mine, place.LastSeq, cancellation);
    }

    /// <summary>In a pair each message knows when its recipient read it; the watermark follows the first one that is unread.</summary>
    private async Task<Response> MarkReceivedAsync(
        Request request, Caller reader, IQueryable<Participant> mine, long watermark, long last, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().Rounded();
        Expression<Func<Message, bool>> which = request.MessageIds is { } given
            ? Named([.. given.Distinct().Take(MaxIds)])
            : m => m.Seq <= last;

        // Up to the watermark everything is read already, so only what follows is looked at, however long the conversation.
        var unread = db.Messages.Where(
            m => m.ConversationId == request.ConversationId && m.Seq > watermark && m.RecipientId == reader.UserId && m.ReadAt == null);
        // Two at once for the same reader would lock the same messages, each in the order of its own plan.
        await db.SerializeAsync($"read {request.ConversationId} {reader.UserId}", cancellation);
        var ids = request.MessageIds is null ? [] : await unread.Where(which).Select(m => m.Id).ToListAsync(cancellation);
        var changed = await unread.Where(which).ExecuteUpdateAsync(m => m.SetProperty(x => x.ReadAt, now), cancellation);
        if (changed > 0)
        {
            var readUpTo = await unread.OrderBy(m => m.Seq).Select(m => (long?)m.Seq).FirstOrDefaultAsync(cancellation) is { } first ? first - 1 : last;
            await mine.ExecuteUpdateAsync(
                p => p.SetProperty(x => x.UnreadCount, x => x.UnreadCount - changed)
                    .SetProperty(x => x.LastReadSeq, x => x.LastReadSeq > readUpTo ? x.LastReadSeq : readUpTo)
                    .SetProperty(x => x.LastReadAt, now),
                cancellation);
            outbox.Tell(new MessagesRead(request.ConversationId, reader.UserId, request.MessageIds is null ? null : ids, request.MessageIds is null ? last : null, now));
        }

        var left = await mine.Select(p => p.UnreadCount).SingleAsync(cancellation);
        return new Response(ids, now, left);
    }

    /// <summary>Among several, reading is a watermark: naming a message reads everything before it too.</summary>
    /// <remarks>Moved only from where it was found, so that of two at once each message is taken off the count once.</remarks>
    private async Task<Response> MoveWatermarkAsync(Request request, Caller reader, IQueryable<Participant> mine, long last, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow().Rounded();
        var named = request.MessageIds is { } given
            ? await NamedAsync(request.ConversationId, [.. given.Distinct().Take(MaxIds)], cancellation)
            : null;
        var upTo = named is null ? last : named.Select(static m => m.Seq).DefaultIfEmpty().Max();

        // Only what others wrote is marked, and only that is told to them.
        var ids = named?.Where(m => m.SenderId != reader.UserId).Select(static m => m.Id).ToList();
        while (true)
        {
            var before = await mine.Select(p => new { p.LastReadSeq, p.UnreadCount }).SingleAsync(cancellation);
            if (upTo <= before.LastReadSeq)
                return new Response([], now, before.UnreadCount);
            var read = await db.Messages.CountAsync(
                m => m.ConversationId == request.ConversationId && m.Seq > before.LastReadSeq && m.Seq <= upTo && m.SenderId != reader.UserId, cancellation);
            var moved = await mine.Where(p => p.LastReadSeq == before.LastReadSeq).ExecuteUpdateAsync(
                p => p.SetProperty(x => x.LastReadSeq, upTo).SetProperty(x => x.LastReadAt, now).SetProperty(x => x.UnreadCount, x => x.UnreadCount - read),
                cancellation);
            if (moved == 0)
                continue;
            outbox.Tell(new MessagesRead(request.ConversationId, reader.UserId, ids, upTo, now));
            return new Response(ids ?? [], now, await mine.Select(p => p.UnreadCount).SingleAsync(cancellation));
        }
    }

    /// <summary>Those of the ids that are messages of that conversation.</summary>
    private Task<List<NamedMessage>> NamedAsync(long conversationId, List<long> ids, CancellationToken cancellation) => db.Messages
        .Where(m => m.ConversationId == conversationId && ids.Contains(m.Id))
        .Select(static m => new NamedMessage(m.Id, m.Seq, m.SenderId)).ToListAsync(cancellation);

    private sealed record NamedMessage(long Id, long Seq, long SenderId);

    private static Expression<Func<Message, bool>> Named(List<long> ids) => m => ids.Contains(m.Id);
}

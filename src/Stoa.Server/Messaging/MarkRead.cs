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
/// Only messages of that conversation that somebody else sent to the caller are touched; others among the ids are passed over.
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
        if (await mine.Select(p => (long?)p.Conversation!.LastSeq).SingleOrDefaultAsync(cancellation) is not { } last)
            return Conversation.NotFound;

        var now = clock.GetUtcNow().Rounded();
        Expression<Func<Message, bool>> which = request.MessageIds is { } given
            ? Named([.. given.Distinct().Take(MaxIds)])
            : m => m.Seq <= last;
        var unread = db.Messages.Where(m => m.ConversationId == request.ConversationId && m.RecipientId == reader.UserId && m.ReadAt == null);
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

    private static Expression<Func<Message, bool>> Named(List<long> ids) => m => ids.Contains(m.Id);
}

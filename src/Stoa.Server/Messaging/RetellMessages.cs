using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Announces from the record what sockets of this server may have missed of conversations: messages, changes, reads, receipts.</summary>
/// <remarks>
/// Messages that this server has announced before are not repeated. Changes are told as they stand now, reads and receipts as watermarks, so hearing
/// them twice changes nothing. Cost: one look at the newest <see cref="Most"/> messages, and three indexed queries for every 500 conversations open here.
/// </remarks>
internal sealed class RetellMessages(StoaDb db, OpenRooms open, AnnounceMessages messages, ConversationCards cards, FileLinks links, Announcer announcer, TimeProvider clock)
    : IRetold
{
    /// <summary>So many messages are announced again at most.</summary>
    public const int Most = 2000;

    // What a client shows of a conversation: changes further up are read when somebody scrolls there.
    private const int ShownMessages = 200;
    private const int BatchSize = 500;

    public async Task<bool> RetellAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        var missed = await db.Messages.AsNoTracking().OrderByDescending(m => m.Id).Take(Most + 1)
            .Where(m => m.SentAt >= since).OrderBy(m => m.Id).ToListAsync(cancellation);
        if (missed.Count > Most)
            return false;
        await messages.TellAsync(missed.Where(static m => m.ErasedAt is null), announcer.Late, cancellation);
        foreach (var some in open.Conversations().Chunk(BatchSize))
        {
            await RetellChangesAsync(some, since, cancellation);
            await RetellMarksAsync(some, since, cancellation);
        }

        return true;
    }

    private async Task RetellChangesAsync(long[] some, DateTimeOffset since, CancellationToken cancellation)
    {
        var changed = await db.Messages.AsNoTracking()
            .Where(m => some.Contains(m.ConversationId) && (m.EditedAt >= since || m.ErasedAt >= since))
            .Where(m => m.Seq > db.Conversations.Where(c => c.Id == m.ConversationId).Select(c => c.LastSeq).First() - ShownMessages)
            .OrderBy(m => m.Id).Take(Most).ToListAsync(cancellation);
        foreach (var message in changed)
        {
            var card = await cards.FindAsync(message.ConversationId, cancellation);
            if (message.ErasedAt is null)
                await announcer.Late.ToConversationAsync(message.ConversationId, Events.DmMessageEdited, DirectMessage.Of(message, card, links));
            else
                await announcer.Late.ToConversationAsync(message.ConversationId, Events.DmMessageDeleted, MessageDeletedView.Of(message, card));
        }
    }

    private async Task RetellMarksAsync(long[] some, DateTimeOffset since, CancellationToken cancellation)
    {
        var marks = await db.Participants.AsNoTracking()
            .Where(p => some.Contains(p.ConversationId) && p.LeftAt == null && (p.LastReadAt >= since || p.Conversation!.LastMessageAt >= since))
            .Select(p => new { p.ConversationId, p.UserId, p.LastReadSeq, p.LastReadAt, p.LastDeliveredSeq })
            .OrderBy(p => p.ConversationId).Take(Most).ToListAsync(cancellation);
        foreach (var mark in marks)
        {
            var card = await cards.FindAsync(mark.ConversationId, cancellation);
            if (mark.LastReadAt >= since)
            {
                var read = new MessagesRead(mark.ConversationId, mark.UserId, null, mark.LastReadSeq, mark.LastReadAt.Value);
                await announcer.Late.ToConversationAsync(mark.ConversationId, Events.DmMessagesRead, MessagesReadView.Of(read, card));
            }

            if (mark.LastDeliveredSeq > 0)
            {
                var handed = new MessagesDeliveredView(card.WireName, mark.LastDeliveredSeq, card.WireIdOf(mark.UserId), clock.GetUtcNow());
                await announcer.Late.ToConversationAsync(mark.ConversationId, Events.DmMessagesDelivered, handed);
            }
        }
    }
}

using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Tells sockets about new messages: the whole message to who has the conversation open, a preview to the recipient.</summary>
/// <remarks>
/// A hint: whoever misses it sees the gap in the numbers and reads <c>?after=</c>. Nobody who was connected gets it twice, though the event may come
/// several times.
/// </remarks>
public sealed class AnnounceMessages(StoaDb db, ConversationCards cards, FileLinks links, Announcer announcer) : IOutboxSubscriber<MessagesAppended>
{
    public async Task HandleAsync(MessagesAppended what, CancellationToken cancellation) =>
        await TellAsync(what.Messages ?? await ReadBackAsync(what.Refs, cancellation), announcer, cancellation);

    /// <summary>A server hands each message to its sockets once, however often it is told.</summary>
    public async Task TellAsync(IEnumerable<Message> messages, Announcer to, CancellationToken cancellation)
    {
        foreach (var message in messages)
        {
            var what = new Happening(message.Id.ToString(CultureInfo.InvariantCulture), message.SentAt);
            var card = await cards.FindAsync(message.ConversationId, cancellation);
            var view = DirectMessage.Of(message, card, links);
            await to.ToConversationAsync(message.ConversationId, Events.DmMessageReceived, view, what);
            foreach (var party in card.Parties)
            {
                if (party.UserId == message.SenderId)
                    continue;
                var preview = NewMessagePreview.Of(view);
                if (card.Kind == ConversationKind.Support && party.Type == PartyType.Admin)
                    await to.ToAdminsAsync(Events.DmNewMessage, preview, what);
                else
                    await to.ToUserAsync(party.UserId, Events.DmNewMessage, preview, what);
            }
        }
    }

    private async Task<List<Message>> ReadBackAsync(IReadOnlyList<MessageRef> refs, CancellationToken cancellation)
    {
        var messages = new List<Message>(refs.Count);
        foreach (var group in refs.GroupBy(static r => r.ConversationId, static r => r.Seq))
        {
            var seqs = group.ToList();
            messages.AddRange(await db.Messages.AsNoTracking()
                .Where(m => m.ConversationId == group.Key && seqs.Contains(m.Seq)).OrderBy(m => m.Seq).ToListAsync(cancellation));
        }

        return messages;
    }
}

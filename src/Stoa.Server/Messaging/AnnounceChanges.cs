using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Tells who has the conversation open that a message was changed or deleted for everybody (contract E.9.29).</summary>
/// <remarks>
/// What is told is the message as it stands when it is told: of two edits the later may come twice, an older one never comes after it.
/// Whoever misses it reads the present state with the next page.
/// </remarks>
public sealed class AnnounceChanges(StoaDb db, ConversationCards cards, FileLinks links, Announcer announcer)
    : IOutboxSubscriber<MessageEdited>, IOutboxSubscriber<MessageErased>
{
    public async Task HandleAsync(MessageEdited what, CancellationToken cancellation)
    {
        if (await FindAsync(what.ConversationId, what.Seq, cancellation) is not { ErasedAt: null } message)
            return;
        var card = await cards.FindAsync(what.ConversationId, cancellation);
        await announcer.ToConversationAsync(what.ConversationId, Events.DmMessageEdited, DirectMessage.Of(message, card, links));
    }

    public async Task HandleAsync(MessageErased what, CancellationToken cancellation)
    {
        if (await FindAsync(what.ConversationId, what.Seq, cancellation) is not { } message)
            return;
        var card = await cards.FindAsync(what.ConversationId, cancellation);
        await announcer.ToConversationAsync(what.ConversationId, Events.DmMessageDeleted, MessageDeletedView.Of(message, card));
    }

    private Task<Message?> FindAsync(long conversation, long seq, CancellationToken cancellation) =>
        db.Messages.AsNoTracking().SingleOrDefaultAsync(m => m.ConversationId == conversation && m.Seq == seq, cancellation);
}

using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Tells who has the conversation open what was read.</summary>
public sealed class AnnounceReads(ConversationCards cards, Announcer announcer) : IOutboxSubscriber<MessagesRead>
{
    public async Task HandleAsync(MessagesRead what, CancellationToken cancellation)
    {
        var card = await cards.FindAsync(what.ConversationId, cancellation);
        await announcer.ToConversationAsync(what.ConversationId, Events.DmMessagesRead, MessagesReadView.Of(what, card));
    }
}

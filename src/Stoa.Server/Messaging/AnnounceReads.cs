using Stoa.Core.Outbox;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Tells who has the conversation open what was read.</summary>
public sealed class AnnounceReads(Announcer announcer) : IOutboxSubscriber<MessagesRead>
{
    public Task HandleAsync(MessagesRead what, CancellationToken cancellation) =>
        announcer.ToConversationAsync(what.ConversationId, Events.DmMessagesRead, MessagesReadView.Of(what));
}

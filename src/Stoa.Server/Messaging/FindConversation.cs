using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Whether the caller takes part in a conversation, and how far it and its others have come. Refusal: <c>conversation.not_found</c>.</summary>
public sealed class FindConversation(StoaDb db)
{
    private static readonly HotQuery<Func<StoaDb, long, long, CancellationToken, Task<Progress?>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long reader, CancellationToken cancellation) => db.Participants
            .Where(p => p.ConversationId == conversation && p.UserId == reader && p.LeftAt == null)
            .Select(p => new Progress(
                p.Conversation!.LastSeq,
                p.LastDeliveredSeq,
                p.Conversation.Participants.Where(o => o.UserId != reader && o.LeftAt == null).Min(o => (long?)o.LastDeliveredSeq) ?? 0,
                p.Conversation.Participants.Where(o => o.UserId != reader && o.LeftAt == null).Min(o => (long?)o.LastReadSeq) ?? 0))
            .SingleOrDefault()));

    public async Task<Outcome<Progress>> Handle(long conversationId, Caller caller, CancellationToken cancellation) =>
        await Find.On(db)(db, conversationId, caller.UserId, cancellation) is { } found ? found : Conversation.NotFound;
}

/// <summary>How far a conversation has come.</summary>
/// <param name="LastSeq">The newest number.</param>
/// <param name="Delivered">What the caller was handed.</param>
/// <param name="DeliveredToAll">Every other participant was handed everything up to this number.</param>
/// <param name="ReadByAll">Every other participant has read everything up to this number.</param>
public sealed record Progress(long LastSeq, long Delivered, long DeliveredToAll, long ReadByAll);

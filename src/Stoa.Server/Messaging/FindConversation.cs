using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Whether the caller takes part in a conversation; answers its newest number. Refusal: <c>conversation.not_found</c>.</summary>
public sealed class FindConversation(StoaDb db)
{
    private static readonly HotQuery<Func<StoaDb, long, long, CancellationToken, Task<long?>>> LastSeq = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long reader, CancellationToken cancellation) => db.Participants
            .Where(p => p.ConversationId == conversation && p.UserId == reader && p.LeftAt == null)
            .Select(p => (long?)p.Conversation!.LastSeq)
            .SingleOrDefault()));

    public async Task<Outcome<long>> Handle(long conversationId, Caller caller, CancellationToken cancellation) =>
        await LastSeq.On(db)(db, conversationId, caller.UserId, cancellation) is { } last ? last : Conversation.NotFound;
}

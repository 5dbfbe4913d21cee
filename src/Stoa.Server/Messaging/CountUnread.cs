using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>How many messages of others the caller has not read. Costs a row per conversation, however many messages there are.</summary>
public sealed class CountUnread(StoaDb db)
{
    private static readonly HotQuery<Func<StoaDb, long, CancellationToken, Task<int>>> Sum = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long user, CancellationToken cancellation) => db.Participants.Where(p => p.UserId == user && p.LeftAt == null).Sum(p => p.UnreadCount)));

    public async Task<Outcome<int>> Handle(Caller caller, CancellationToken cancellation) => await Sum.On(db)(db, caller.UserId, cancellation);

    /// <summary>The same for the astrologer with this id, who must be the caller. Refusal: <c>communications.not_yours</c>.</summary>
    public async Task<Outcome<int>> OfAstrologerAsync(long astrologerId, Caller caller, CancellationToken cancellation) =>
        WhoseContacts.WhyNot(astrologerId, caller) is { } refusal ? refusal : await Handle(caller, cancellation);
}

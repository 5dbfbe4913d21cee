using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Marks everything the caller received as read, one conversation after the other; answers in how many there was something.</summary>
/// <remarks>Not one transaction: a message that arrives meanwhile may be counted either way, as with any reader.</remarks>
public sealed class MarkAllRead(StoaDb db, MarkRead mark)
{
    public async Task<Outcome<int>> Handle(Caller caller, CancellationToken cancellation)
    {
        var unread = await db.Participants
            .Where(p => p.UserId == caller.UserId && p.LeftAt == null && p.UnreadCount > 0)
            .Select(p => p.ConversationId)
            .ToListAsync(cancellation);
        foreach (var conversation in unread)
            await mark.Handle(new(conversation, null), caller, cancellation);
        return unread.Count;
    }

    /// <summary>The same for the astrologer with this id, who must be the caller. Refusal: <c>communications.not_yours</c>.</summary>
    public async Task<Outcome<int>> OfAstrologerAsync(long astrologerId, Caller caller, CancellationToken cancellation) =>
        WhoseContacts.WhyNot(astrologerId, caller) is { } refusal ? refusal : await Handle(caller, cancellation);
}

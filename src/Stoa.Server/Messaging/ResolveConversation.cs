using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Which conversation a client means, and as whom the caller takes part in it.</summary>
/// <remarks>
/// A name is the digits of the id, an alias (<c>conv_3_8</c>, <c>admin_12</c>), or <c>admin</c>: the caller's own support inbox. To support
/// inboxes administrators come as the desk. Whether the caller takes part is asked by the operation that follows. Refusal:
/// <c>conversation.not_found</c>. An id costs nothing to resolve, except for administrators.
/// </remarks>
public sealed class ResolveConversation(StoaDb db, SupportDesk desk)
{
    private const string OwnInbox = "admin";

    /// <param name="As">The caller, or the desk on the caller's behalf.</param>
    public readonly record struct Place(long Id, Caller As);

    public async Task<Outcome<Place>> Handle(string name, Caller caller, CancellationToken cancellation)
    {
        var isAdmin = caller.Type == PartyType.Admin;
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            if (!isAdmin || !await db.Conversations.AnyAsync(c => c.Id == id && c.Kind == ConversationKind.Support, cancellation))
                return new Place(id, caller);
            return new Place(id, await desk.ActAsync(caller, cancellation));
        }

        var alias = name == OwnInbox ? Conversation.SupportAlias(caller.UserId) : name;
        if (isAdmin && await db.Conversations.Where(c => c.Alias == alias && c.Kind == ConversationKind.Support).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancellation) is { } inbox)
            return new Place(inbox, await desk.ActAsync(caller, cancellation));

        // Two partners may have chosen the same name: the one written last is meant.
        var mine = await db.Participants
            .Where(p => p.UserId == caller.UserId && p.LeftAt == null && p.Conversation!.Alias == alias)
            .OrderByDescending(p => p.Conversation!.LastMessageAt).Select(p => (long?)p.ConversationId).FirstOrDefaultAsync(cancellation);
        return mine is { } found ? new Place(found, caller) : Conversation.NotFound;
    }
}

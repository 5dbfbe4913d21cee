using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging;

/// <summary>Which conversation a client means, and as whom the caller takes part in it.</summary>
/// <remarks>
/// The server's own names are found by key and kind: digits are an id, <c>admin</c> and <c>admin_12</c> a support inbox, <c>conv_3_8</c>
/// the common conversation of that pair, whatever anybody called another one. Any other name is looked for among the caller's own
/// conversations of two: first those that the caller named, then those that the other one did. To support inboxes administrators come as
/// the desk; every account has one (contract E.9.19), so it is made when it is first named. Whether the caller takes part is asked by the operation that follows. Refusals: <c>conversation.not_found</c>,
/// <c>conversation.name_ambiguous</c>. An id costs nothing to resolve, except for administrators; other names one query.
/// </remarks>
public sealed class ResolveConversation(StoaDb db, SupportDesk desk, OpenSupportInbox inboxes)
{
    /// <param name="As">The caller, or the desk on the caller's behalf.</param>
    public readonly record struct Place(long Id, Caller As);

    public async Task<Outcome<Place>> Handle(string name, Caller caller, CancellationToken cancellation)
    {
        var meant = ConversationName.Read(name);
        return meant.Form switch
        {
            ConversationNameForm.Id => await ByIdAsync(meant.One, caller, cancellation),
            ConversationNameForm.OwnInbox => await InboxAsync(caller.UserId, caller, cancellation),
            ConversationNameForm.Inbox => await InboxAsync(meant.One, caller, cancellation),
            ConversationNameForm.Pair => await PairAsync(meant, caller, cancellation),
            ConversationNameForm.Chosen => await ChosenAsync(meant.Text, caller, cancellation),
            _ => Conversation.NotFound,
        };
    }

    private async Task<Place> ByIdAsync(long id, Caller caller, CancellationToken cancellation)
    {
        if (caller.Type != PartyType.Admin
            || !await db.Conversations.AnyAsync(c => c.Id == id && c.Kind == ConversationKind.Support, cancellation))
            return new Place(id, caller);
        return new Place(id, await desk.ActAsync(caller, cancellation));
    }

    private async Task<Outcome<Place>> InboxAsync(long account, Caller caller, CancellationToken cancellation)
    {
        var isAdmin = caller.Type == PartyType.Admin;
        if (isAdmin ? account == caller.UserId : account != caller.UserId)
            return Conversation.NotFound;
        var inbox = await inboxes.Handle(account, cancellation);
        if (inbox.Refusal is not null)
            return Conversation.NotFound;
        return new Place(inbox.Value, isAdmin ? await desk.ActAsync(caller, cancellation) : caller);
    }

    private async Task<Outcome<Place>> PairAsync(ConversationName pair, Caller caller, CancellationToken cancellation)
    {
        if (caller.UserId != pair.One && caller.UserId != pair.Other)
            return Conversation.NotFound;
        var found = await ByKeyAsync(Conversation.DirectKey(pair.One, pair.Other, pair.Text), ConversationKind.Direct, cancellation);
        return found is { } id ? new Place(id, caller) : Conversation.NotFound;
    }

    private async Task<Outcome<Place>> ChosenAsync(string name, Caller caller, CancellationToken cancellation)
    {
        // Whom the caller named comes first: nobody else's choice of the same name takes its place.
        var found = await db.Participants
            .Where(p => p.UserId == caller.UserId && p.LeftAt == null && p.Conversation!.Kind == ConversationKind.Direct
                && p.Conversation.Alias == name)
            .Select(p => new { p.ConversationId, IsMine = p.Conversation!.CreatedBy == caller.UserId })
            .OrderByDescending(static p => p.IsMine).Take(2).ToListAsync(cancellation);
        if (found.Count == 0)
            return Conversation.NotFound;
        if (found.Count == 2 && found[0].IsMine == found[1].IsMine)
            return ConversationName.Ambiguous;
        return new Place(found[0].ConversationId, caller);
    }

    private Task<long?> ByKeyAsync(string key, ConversationKind kind, CancellationToken cancellation) =>
        db.Conversations.Where(c => c.UniqueKey == key
            && c.Kind == kind).Select(static c => (long?)c.Id).SingleOrDefaultAsync(cancellation);
}

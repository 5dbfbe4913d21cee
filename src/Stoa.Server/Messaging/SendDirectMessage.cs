using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Messaging;

/// <summary>Posts a message to an account, in the conversation of the two, which the first message opens.</summary>
/// <remarks>
/// Refusals: those of <see cref="SendMessage"/>, <c>message.to_self</c>, <c>recipient.not_found</c>, <c>conversation.name_reserved</c>,
/// <c>conversation.name_invalid</c>. Opening is race-free: whoever comes first makes the conversation, by its unique key.
/// </remarks>
public sealed class SendDirectMessage(StoaDb db, SendMessage send, WritingGate gate, TimeProvider clock)
{
    public static readonly Refusal ToSelf = Refusal.Invalid("message.to_self", "Cannot send message to yourself");
    public static readonly Refusal RecipientNotFound = Refusal.NotFound("recipient.not_found", "Recipient not found");

    /// <summary>What it refuses, for the API document.</summary>
    internal static readonly Refusal[] Refusals =
    [
        .. SendMessage.Refusals, ToSelf, RecipientNotFound, ConversationName.Reserved, ConversationName.Unusable, OpeningRate.TooMany,
    ];

    /// <param name="Name">
    /// The mailbox client's own name for the conversation; two people may have several. One of the server's own names only where it is the
    /// one of a conversation of these two. Null: their common one.
    /// </param>
    public sealed record Request(long RecipientId, string? Name, SendMessage.Content Content);

    /// <summary>The message, and the name of its conversation.</summary>
    public sealed record Sent(Appended Appended, string Name);

    public async Task<Outcome<Sent>> Handle(Request request, Caller sender, CancellationToken cancellation)
    {
        if (SendMessage.WhyNot(request.Content) is { } refusal)
            return refusal;
        if (request.RecipientId == sender.UserId)
            return ToSelf;

        var pair = Conversation.DirectAlias(sender.UserId, request.RecipientId);
        var name = ConversationName.Read(string.IsNullOrWhiteSpace(request.Name) ? pair : request.Name);
        var context = name.Text == pair || name.Form == ConversationNameForm.Chosen
            ? await FindOrOpenAsync(sender, request.RecipientId, name.Text, cancellation)
            : await ExistingAsync(sender, request.RecipientId, name, cancellation);
        if (context.Refusal is { } not)
            return not;

        var appended = await send.WriteAsync(context.Value, request.Content, sender, cancellation);
        return appended.Then(a => new Sent(a, name.Text == Conversation.OwnInbox ? Conversation.SupportAlias(sender.UserId) : name.Text));
    }

    private async Task<Outcome<SendingContext>> FindOrOpenAsync(Caller sender, long recipient, string alias, CancellationToken cancellation)
    {
        var key = Conversation.DirectKey(sender.UserId, recipient, alias);
        return await SendingContext.FindAsync(db, key, sender.UserId, cancellation) is { } known ? known
            : await OpenAsync(sender, recipient, alias, key, cancellation);
    }

    /// <summary>A conversation of the two that has one of the server's own names: by its id, or the sender's support inbox.</summary>
    private async Task<Outcome<SendingContext>> ExistingAsync(Caller sender, long recipient, ConversationName name,
        CancellationToken cancellation)
    {
        var inbox = name.Form == ConversationNameForm.OwnInbox || (name.Form == ConversationNameForm.Inbox && name.One == sender.UserId)
            ? Conversation.SupportKey(sender.UserId) : null;
        if (inbox is null && name.Form != ConversationNameForm.Id)
            return name.WhyNotChosen() ?? ConversationName.Reserved;
        var id = name.One;
        var mine = db.Participants.AsNoTracking().Where(p => p.UserId == sender.UserId && p.LeftAt == null);
        mine = inbox is null ? mine.Where(p => p.ConversationId == id) : mine.Where(p => p.Conversation!.UniqueKey == inbox);
        var found = await mine.Where(p => p.Conversation!.IsPair && p.Conversation.Participants.Any(o => o.UserId == recipient))
            .Select(static p => (long?)p.ConversationId).SingleOrDefaultAsync(cancellation);
        return found is { } place && await SendingContext.FindAsync(db, place, sender.UserId, cancellation) is { } context ? context
            : ConversationName.Reserved;
    }

    /// <summary>The conversation of the two without a message, opened when it is not there yet; its id.</summary>
    /// <remarks>Refusals: <c>message.to_self</c>, <c>recipient.not_found</c>, and those of <see cref="WritingGate.ToOpenAsync"/>.</remarks>
    public async Task<Outcome<long>> OpenAsync(long recipientId, Caller caller, CancellationToken cancellation)
    {
        if (recipientId == caller.UserId)
            return ToSelf;
        var alias = Conversation.DirectAlias(caller.UserId, recipientId);
        var key = Conversation.DirectKey(caller.UserId, recipientId, alias);
        if (await SendingContext.FindAsync(db, key, caller.UserId, cancellation) is { } known)
            return known.ConversationId;
        return (await OpenAsync(caller, recipientId, alias, key, cancellation)).Then(static c => c.ConversationId);
    }

    private async Task<Outcome<SendingContext>> OpenAsync(Caller sender, long recipient, string alias, string key, CancellationToken cancellation)
    {
        if (await PartyTypes.OfAsync(db, recipient, cancellation) is not { } type)
            return RecipientNotFound;

        // Asked before the conversation is made, so that who may not write leaves no empty one behind.
        var asked = await gate.ToOpenAsync(ConversationKind.Direct, new Dictionary<long, PartyType> { [recipient] = type }, sender,
            cancellation);
        if (asked.Refusal is { } no)
            return no;

        var conversation = Conversation.Direct(sender.UserId, recipient, alias, clock.GetUtcNow());
        conversation.Participants[0].Type = sender.Type;
        conversation.Participants[1].Type = type;
        db.Conversations.Add(conversation);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return new SendingContext(conversation.Id, ConversationKind.Direct, true, recipient, type == PartyType.Astrologer,
                IsAnybodyThere: true, IsClosed: false);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await SendingContext.FindAsync(db, key, sender.UserId, cancellation) is { } first ? first : RecipientNotFound;
        }
    }
}

using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Marks one message as read, by its recipient. Refusals: <c>message.not_found</c>, <c>message.not_recipient</c>.</summary>
public sealed class MarkMessageRead(OwnMessage own, MarkRead mark)
{
    public static readonly Refusal NotRecipient = Refusal.Forbidden("message.not_recipient", "Only the recipient can mark this message as read");

    public async Task<Outcome<Done>> Handle(long id, Caller caller, CancellationToken cancellation)
    {
        var found = await own.FindAsync(id, caller, cancellation);
        if (found.Refusal is { } refusal)
            return ReferenceEquals(refusal, OwnMessage.NotYours) ? NotRecipient : refusal;
        if (found.Value.RecipientId != caller.UserId)
            return NotRecipient;

        var marked = await mark.Handle(new(found.Value.ConversationId, [id]), caller, cancellation);
        return marked.Then(static _ => default(Done));
    }

    /// <summary>The same, for astrologers alone. Refusal also: <c>communications.not_yours</c>.</summary>
    public async Task<Outcome<Done>> ByAstrologerAsync(long id, Caller caller, CancellationToken cancellation) =>
        WhoseContacts.WhyNot(caller.UserId, caller) is { } refusal ? refusal : await Handle(id, caller, cancellation);
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Finds one message by its id for somebody who is a party to it; shared by the operations on single messages.</summary>
/// <remarks>The mailbox's contract tells "absent" (404) and "not yours" (403) apart, and so do these refusals.</remarks>
public sealed class OwnMessage(StoaDb db)
{
    public static readonly Refusal NotYours = Refusal.Forbidden("message.not_yours", "You don't have permission for this message");

    /// <summary>The message, tracked; <c>message.not_found</c> also when the caller has deleted it.</summary>
    public async Task<Outcome<Message>> FindAsync(long id, Caller caller, CancellationToken cancellation)
    {
        var message = await db.Messages.SingleOrDefaultAsync(m => m.Id == id, cancellation);
        if (message is null || message.IsHiddenFrom(caller.UserId))
            return Message.NotFound;
        return message.SenderId == caller.UserId || message.RecipientId == caller.UserId ? message : NotYours;
    }

    /// <summary>The name of the message's conversation.</summary>
    public async Task<MailboxEntry> EntryAsync(Message message, CancellationToken cancellation)
    {
        var place = await db.Conversations.Where(c => c.Id == message.ConversationId).Select(static c => new { c.Kind,
            c.Alias }).SingleAsync(cancellation);
        return new MailboxEntry(message, place.Kind, place.Alias);
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Posts a message to an account, in the conversation of the two, which the first message opens.</summary>
/// <remarks>
/// Refusals: those of <see cref="SendMessage"/>, <c>message.to_self</c>, <c>recipient.not_found</c>. Opening is race-free: whoever comes
/// first makes the conversation, by its unique key.
/// </remarks>
public sealed class SendDirectMessage(StoaDb db, SendMessage send, TimeProvider clock)
{
    public static readonly Refusal ToSelf = Refusal.Invalid("message.to_self", "Cannot send a message to yourself");
    public static readonly Refusal RecipientNotFound = Refusal.NotFound("recipient.not_found", "Recipient not found");

    private static readonly HotQuery<Func<StoaDb, string, CancellationToken, Task<long?>>> Find = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, string key, CancellationToken cancellation) =>
            db.Conversations.Where(c => c.UniqueKey == key).Select(c => (long?)c.Id).SingleOrDefault()));

    /// <param name="Alias">The mailbox client's own name for the conversation; two people may have several. Null: their common one.</param>
    public sealed record Request(long RecipientId, string? Alias, SendMessage.Content Content);

    /// <summary>The message, and the name of its conversation.</summary>
    public sealed record Sent(Appended Appended, string Alias);

    public async Task<Outcome<Sent>> Handle(Request request, Caller sender, CancellationToken cancellation)
    {
        if (SendMessage.WhyNot(request.Content) is { } refusal)
            return refusal;
        if (request.RecipientId == sender.UserId)
            return ToSelf;

        var alias = string.IsNullOrWhiteSpace(request.Alias) ? Conversation.DirectAlias(sender.UserId, request.RecipientId) : request.Alias.Trim();
        var key = Conversation.DirectKey(sender.UserId, request.RecipientId, alias);
        var id = await Find.On(db)(db, key, cancellation) ?? await OpenAsync(sender.UserId, request.RecipientId, alias, key, cancellation);
        if (id is null)
            return RecipientNotFound;

        var context = new SendingContext(id.Value, ConversationKind.Direct, request.RecipientId);
        var appended = await send.WriteAsync(context, request.Content, sender, cancellation);
        return appended.Then(a => new Sent(a, alias));
    }

    private async Task<long?> OpenAsync(long sender, long recipient, string alias, string key, CancellationToken cancellation)
    {
        if (!await db.Users.AnyAsync(u => u.Id == recipient && u.DeletedAt == null, cancellation))
            return null;

        var conversation = Conversation.Direct(sender, recipient, alias, clock.GetUtcNow());
        db.Conversations.Add(conversation);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return conversation.Id;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await Find.On(db)(db, key, cancellation);
        }
    }
}

using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging;

/// <summary>A conversation's messages as they come, for somebody who takes part, until they leave, stop listening or their session is over.</summary>
/// <remarks>
/// Read from the record by number, so nothing is missed or doubled; an announcement of this node only says "look now", and another node's
/// message is found within <see cref="Pause"/>. Session and membership are asked with every look, the session also before every message.
/// Refusal: <c>conversation.not_found</c>.
/// </remarks>
public sealed class FollowConversation(
    IDbContextFactory<StoaDb> databases, FindConversation find, ConversationCards cards, NewMessages news, SessionGate sessions, TimeProvider clock)
{
    private const int PageSize = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public readonly record struct Entry(Message Message, ConversationCard Card);

    /// <param name="after">
    /// Everything above this number; null: what comes from now on. A number that the conversation has not reached is of a record that was lost: everything.
    /// </param>
    public async Task<Outcome<IAsyncEnumerable<Entry>>> Handle(long conversationId, long? after, Caller reader, CancellationToken cancellation)
    {
        var found = await find.Handle(conversationId, reader, cancellation);
        if (found.Refusal is { } refusal)
            return refusal;
        var last = found.Value.LastSeq;
        return Outcome.Of(FollowAsync(conversationId, after > last ? 0 : Math.Max(after ?? last, 0), reader, cancellation));
    }

    private async IAsyncEnumerable<Entry> FollowAsync(long conversationId, long above, Caller reader, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var bell = news.Listen(conversationId);
        var claims = new AccessClaims(reader.UserId, reader.SessionId);
        while (!cancellation.IsCancellationRequested && await sessions.FindAsync(claims, cancellation) is not null)
        {
            var page = await PageAsync(conversationId, above, reader.UserId, cancellation);
            if (page is null)
                yield break;
            var card = await cards.FindAsync(conversationId, cancellation);
            foreach (var message in page)
            {
                // Whoever reads slowly must not be sent what was read for him before his session ended.
                if (await sessions.FindAsync(claims, cancellation) is null)
                    yield break;
                above = message.Seq;
                yield return new Entry(message.AsSeenBy(reader.UserId), card);
            }

            if (page.Count < PageSize)
                await bell.WaitAsync(Pause, clock, cancellation);
        }
    }

    /// <summary>Null when the reader takes part no longer.</summary>
    private async Task<List<Message>?> PageAsync(long conversationId, long above, long reader, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        if (!await db.Participants.AnyAsync(p => p.ConversationId == conversationId && p.UserId == reader && p.LeftAt == null, cancellation))
            return null;
        return await db.Messages.AsNoTracking().Where(m => m.ConversationId == conversationId && m.Seq > above).OrderBy(m => m.Seq).Take(PageSize).ToListAsync(cancellation);
    }
}

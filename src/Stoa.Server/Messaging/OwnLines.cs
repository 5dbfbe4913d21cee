using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>What somebody wrote around a text in the same conversation, in the order in which readers see it.</summary>
/// <param name="Before">Oldest first.</param>
/// <param name="After">Oldest first; empty for a new message.</param>
public sealed record LinesAround(IReadOnlyList<string> Before, IReadOnlyList<string> After)
{
    public LinesAround With(string line) => this with { Before = [.. Before, line] };
}

/// <summary>Reads a bounded number of a sender's own lines, each by one range of an index.</summary>
public sealed class OwnLines(StoaDb db)
{
    /// <summary>So many lines, and not older than this, are looked at for the other half of a contact.</summary>
    public const int Most = 30;
    public static readonly TimeSpan Shortly = TimeSpan.FromHours(1);

    // Of the sender's messages in all conversations, newest first; those of other conversations are passed over.
    private const int Looked = 100;

    /// <summary>The last lines before a new one.</summary>
    public async Task<LinesAround> BeforeAsync(long conversationId, long sender, DateTimeOffset now, CancellationToken cancellation)
    {
        var since = now - Shortly;
        var last = await db.Messages.AsNoTracking().Where(m => m.SenderId == sender)
            .OrderByDescending(m => m.Id).Take(Looked)
            .Where(m => m.ConversationId == conversationId && (m.SentAt >= since || m.EditedAt >= since))
            .OrderByDescending(m => m.Id).Take(Most).Select(static m => m.Body).ToListAsync(cancellation);
        last.Reverse();
        return new LinesAround(last, []);
    }

    /// <summary>The lines on both sides of one that is changed, whenever they were written: readers see them together.</summary>
    public async Task<LinesAround> AroundAsync(Message edited, CancellationToken cancellation)
    {
        var (from, to) = (edited.Seq - Looked, edited.Seq + Looked);
        var near = await db.Messages.AsNoTracking()
            .Where(m => m.ConversationId == edited.ConversationId && m.Seq >= from && m.Seq <= to && m.Seq != edited.Seq
                && m.SenderId == edited.SenderId)
            .OrderBy(m => m.Seq).Select(static m => new { m.Seq, m.Body }).ToListAsync(cancellation);
        return new LinesAround(
            [.. near.Where(m => m.Seq < edited.Seq).TakeLast(Most).Select(static m => m.Body)],
            [.. near.Where(m => m.Seq > edited.Seq).Take(Most).Select(static m => m.Body)]);
    }
}

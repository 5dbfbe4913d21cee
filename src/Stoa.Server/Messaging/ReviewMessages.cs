using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>What moderators look through: the messages of threads, all or those that were redacted, newest first, with what was taken out.</summary>
/// <remarks>For administrators; the door asks. An original is there until its time is over (<c>Redaction:KeepOriginals</c>).</remarks>
public sealed class ReviewMessages(StoaDb db)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 200;

    /// <param name="OnlyRedacted">Only those from which something was taken out; an index holds exactly these.</param>
    /// <param name="Before">Only below this message id: the cursor.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(bool OnlyRedacted, long? Before, int? Limit);

    /// <param name="Original">Null when nothing was taken out, or its time is over.</param>
    public sealed record Entry(Message Message, string SenderName, string SenderEmail, MessageOriginal? Original);

    public async Task<Outcome<IReadOnlyList<Entry>>> Handle(Request request, CancellationToken cancellation)
    {
        var messages = db.Messages.AsNoTracking().Where(m => db.Conversations.Any(c => c.Id == m.ConversationId && c.Kind == ConversationKind.Thread));
        if (request.OnlyRedacted)
            messages = db.Messages.AsNoTracking().Where(m => m.IsRedacted);
        if (request.Before is { } before)
            messages = messages.Where(m => m.Id < before);
        return await messages.OrderByDescending(m => m.Id).Take(Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit))
            .Select(m => new Entry(
                m,
                db.Users.Where(u => u.Id == m.SenderId).Select(u => u.FullName ?? u.Username).First(),
                db.Users.Where(u => u.Id == m.SenderId).Select(u => u.Email).First(),
                db.MessageOriginals.FirstOrDefault(o => o.MessageId == m.Id)))
            .ToListAsync(cancellation);
    }
}

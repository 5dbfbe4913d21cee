using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>Every thread, newest first, whoever takes part. For administrators; the door asks.</summary>
public sealed class ListAllThreads(StoaDb db, ConversationCards faces)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 200;

    /// <param name="ContextType">Only about this; null: whatever it is about.</param>
    /// <param name="Before">Only below this thread id: the cursor.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(string? ContextType, long? Before, int? Limit);

    public sealed record Entry(Conversation Thread, ConversationCard Card);

    public async Task<Outcome<IReadOnlyList<Entry>>> Handle(Request request, CancellationToken cancellation)
    {
        var threads = db.Conversations.AsNoTracking().Where(c => c.Kind == ConversationKind.Thread);
        if (request.ContextType is { Length: > 0 } about)
            threads = threads.Where(c => c.ContextType == about);
        if (request.Before is { } before)
            threads = threads.Where(c => c.Id < before);
        var page = await threads.OrderByDescending(c => c.Id).Take(Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit)).ToListAsync(cancellation);
        var cards = await faces.LoadAsync(db, page.ConvertAll(static c => c.Id), cancellation);
        return page.ConvertAll(c => new Entry(c, cards[c.Id]));
    }
}

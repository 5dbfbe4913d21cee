using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Which part of a mailbox.</summary>
public enum Mailbox
{
    All,
    Sent,
    Received,
}

/// <summary>A message between two people as a mailbox shows it: no more columns than that, because they are most of the price of a page.</summary>
/// <param name="Kind">Of their conversation.</param>
/// <param name="Alias">What their conversation is called in the record.</param>
public sealed record MailboxEntry(
    long Id, long SenderId, long? RecipientId, string Body, bool IsRead, long ConversationId, ConversationKind Kind, string? Alias,
        long? ReplyToId, long Seq,
    IReadOnlyList<Attachment>? Attachments, DateTimeOffset SentAt, DateTimeOffset UpdatedAt)
{
    public MailboxEntry(Message message, ConversationKind kind, string? alias)
        : this(
            message.Id, message.SenderId, message.RecipientId, message.Body, message.ReadAt is not null, message.ConversationId, kind,
                alias, message.ReplyToId, message.Seq,
            message.Attachments, message.SentAt, message.EditedAt ?? message.SentAt)
    {
    }

    /// <summary>How the two find the conversation.</summary>
    public string ConversationName => Core.Conversations.ConversationName.Shown(Kind, Alias, ConversationId, SenderId, RecipientId);
}

/// <summary>The caller's messages to and from single people, across conversations: the newest page, oldest first within it.</summary>
/// <remarks>Cost grows with <c>Skip</c>, as with every offset; catching up by number does not (<see cref="ReadMessages"/>).</remarks>
public sealed class ListMailbox(StoaDb db)
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 200;
    private const int MaxSkip = 100_000;

    // What every client polls.
    private static readonly HotQuery<Func<StoaDb, long, int, int, IAsyncEnumerable<MailboxEntry>>> Received = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long user, int skip, int limit) => db.Messages.AsNoTracking()
            .Where(m => m.RecipientId == user && !m.HiddenFromRecipient && m.ErasedAt == null)
            .OrderByDescending(m => m.Id).Skip(skip).Take(limit)
            .Join(db.Conversations, m => m.ConversationId, c => c.Id, (m, c) => new MailboxEntry(
                m.Id, m.SenderId, user, m.Body, m.ReadAt != null, m.ConversationId, c.Kind, c.Alias, m.ReplyToId, m.Seq, m.Attachments,
                    m.SentAt, m.EditedAt ?? m.SentAt))
            .AsQueryable()));

    /// <param name="UnreadOnly">Only what the caller received and has not read.</param>
    /// <param name="Skip">How many of the newest to pass over; clamped to 0 … 100,000.</param>
    /// <param name="Limit">1 to <see cref="MaxLimit"/>; out of range is clamped.</param>
    public sealed record Request(Mailbox Box, bool UnreadOnly, int? Skip, int? Limit);

    public async Task<Outcome<IReadOnlyList<MailboxEntry>>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var limit = Math.Clamp(request.Limit ?? DefaultLimit, 1, MaxLimit);
        var skip = Math.Clamp(request.Skip ?? 0, 0, MaxSkip);
        var page = request is { Box: Mailbox.Received, UnreadOnly: false }
            ? await ReceivedAsync(caller.UserId, skip, limit, cancellation)
            : await AnyAsync(request, caller, skip, limit, cancellation);
        page.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return page;
    }

    private async Task<List<MailboxEntry>> ReceivedAsync(long user, int skip, int limit, CancellationToken cancellation)
    {
        var page = new List<MailboxEntry>(limit);
        await foreach (var entry in Received.On(db)(db, user, skip, limit).WithCancellation(cancellation))
            page.Add(entry);
        return page;
    }

    private Task<List<MailboxEntry>> AnyAsync(Request request, Caller caller, int skip, int limit, CancellationToken cancellation)
    {
        var sent = db.Messages.AsNoTracking().Where(m => m.SenderId == caller.UserId && m.RecipientId != null && !m.HiddenFromSender && m.ErasedAt == null);
        var received = db.Messages.AsNoTracking().Where(m => m.RecipientId == caller.UserId && !m.HiddenFromRecipient && m.ErasedAt == null);
        if (request.UnreadOnly)
            received = received.Where(m => m.ReadAt == null);

        // Each side is read along its own index and cut before the two are put together.
        var box = (request.Box, request.UnreadOnly) switch
        {
            (Mailbox.Sent, _) => sent,
            (Mailbox.Received, _) or (_, true) => received,
            _ => sent.OrderByDescending(m => m.Id).Take(skip + limit).Concat(received.OrderByDescending(m => m.Id).Take(skip + limit)),
        };
        return box
            .OrderByDescending(m => m.Id).Skip(skip).Take(limit)
            .Join(db.Conversations, m => m.ConversationId, c => c.Id, (m, c) => new MailboxEntry(m, c.Kind, c.Alias))
            .ToListAsync(cancellation);
    }
}

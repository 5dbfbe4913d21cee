using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Keeps what each participant was handed: by reading a page through any door, or by saying so (<c>dm:delivered</c>).</summary>
/// <remarks>
/// A watermark: the highest number handed over; everything below was within reach. Collected for a moment and written together, so that
/// reading costs no write of its own. What a crash loses is reported later or by reading: a receipt may come late, never too early.
/// </remarks>
public sealed class DeliveryReceipts(IDbContextFactory<StoaDb> databases, ConversationCards cards, Announcer announcer, TimeProvider clock, Outages outages, ILogger<MessagesLog> log)
    : FinishingService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // In one transaction. Each row that it has moved holds up whoever writes into that conversation until it commits.
    private const int MostTogether = 32;
    private readonly ConcurrentDictionary<(long Conversation, long User), long> noted = new();

    /// <summary>The participant was handed everything up to this number. Whether they take part was asked.</summary>
    public void Note(long conversationId, long userId, long upToSeq) =>
        noted.AddOrUpdate((conversationId, userId), upToSeq, (_, known) => Math.Max(known, upToSeq));

    protected override async Task FinishAsync(CancellationToken cancellation)
    {
        await WriteAsync(cancellation);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await WriteAsync(stoppingToken);
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var taken = noted.ToArray();
        if (taken.Length == 0)
            return;
        try
        {
            foreach (var some in taken.OrderBy(static t => t.Key).Chunk(MostTogether))
            {
                foreach (var (key, upTo) in await MoveAsync(some, cancellation))
                    await AnnounceAsync(key.Conversation, key.User, upTo, cancellation);
                foreach (var entry in some)
                    noted.TryRemove(entry);
            }
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            // They stay noted: the next round tries again.
            if (!outages.Notes(fault))
                log.ReceiptsFailed(fault);
        }
    }

    /// <summary>One transaction, whose rows are locked in the order in which the message log does; those that really moved.</summary>
    private async Task<List<((long Conversation, long User) Key, long UpTo)>> MoveAsync(KeyValuePair<(long Conversation, long User), long>[] taken, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.WriteAsync(async () =>
        {
            var moved = new List<((long, long), long)>();
            foreach (var ((conversation, user), upTo) in taken)
            {
                var rows = await db.Participants
                    .Where(p => p.ConversationId == conversation && p.UserId == user && p.LastDeliveredSeq < upTo && upTo <= p.Conversation!.LastSeq)
                    .ExecuteUpdateAsync(p => p.SetProperty(x => x.LastDeliveredSeq, upTo), cancellation);
                if (rows == 1)
                    moved.Add(((conversation, user), upTo));
            }

            return moved;
        }, cancellation);
    }

    private async Task AnnounceAsync(long conversation, long user, long upTo, CancellationToken cancellation)
    {
        var card = await cards.FindAsync(conversation, cancellation);
        await announcer.ToConversationAsync(conversation, Events.DmMessagesDelivered, new MessagesDeliveredView(card.WireName, upTo, card.WireIdOf(user), clock.GetUtcNow()));
    }
}

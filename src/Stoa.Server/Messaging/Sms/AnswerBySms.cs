using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Outbox;
using Stoa.Core.Sms;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Queues what the desk writes as SMS, when the account's last message before it came as one: it is answered where it asked (ADR 21).</summary>
/// <remarks>Idempotent by the unique key of message and part. An attachment alone is not sent.</remarks>
public sealed class AnswerBySms(StoaDb db, ConversationCards cards, SmsSettings settings, TimeProvider clock) : IOutboxSubscriber<MessagesAppended>
{
    public async Task HandleAsync(MessagesAppended what, CancellationToken cancellation)
    {
        foreach (var (conversation, seq) in what.Refs)
        {
            // The card is kept in memory: messages outside of the support inboxes cost no query here.
            if ((await cards.FindAsync(conversation, cancellation)).Kind == ConversationKind.Support)
                await AnswerAsync(conversation, seq, cancellation);
        }
    }

    private async Task AnswerAsync(long conversation, long seq, CancellationToken cancellation)
    {
        var answer = await db.Messages.AsNoTracking()
            .Where(m => m.ConversationId == conversation && m.Seq == seq && db.Users.Any(u => u.Id == m.SenderId && u.IsSystem))
            .Select(m => new { m.Id, m.RecipientId, m.Body })
            .SingleOrDefaultAsync(cancellation);
        if (answer?.RecipientId is not { } account || await AskedByAsync(conversation, seq, account, cancellation) is not { } asked)
            return;

        var now = clock.GetUtcNow();
        db.SmsMessages.AddRange(SmsParts.Of(answer.Body).Select((_, part) => new SmsMessage
        {
            MessageId = answer.Id,
            Part = part,
            UserId = account,
            From = settings.PhoneNumber.Length > 0 ? settings.PhoneNumber : asked.To,
            To = asked.From,
            DueAt = now,
            ExpiresAt = now + settings.GiveUpAfter,
            CreatedAt = now,
        }));
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Queued when this event was handled before.
            db.ChangeTracker.Clear();
        }
    }

    /// <summary>The SMS that the account's last message was; null when it wrote otherwise.</summary>
    private async Task<ReceivedSms?> AskedByAsync(long conversation, long seq, long account, CancellationToken cancellation)
    {
        var last = await db.Messages.AsNoTracking()
            .Where(m => m.ConversationId == conversation && m.Seq < seq && m.SenderId == account)
            .OrderByDescending(m => m.Seq).Select(m => m.ClientMessageId).FirstOrDefaultAsync(cancellation);
        return ReceivedSms.SidOf(last) is { } sid
            ? await db.ReceivedSms.AsNoTracking().SingleOrDefaultAsync(s => s.Sid == sid && s.UserId == account, cancellation)
            : null;
    }
}

using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Sms;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Sms.Sending;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Sends queued SMS, each with its message's text as it reads by then. Forgets numbers in time.</summary>
public sealed class SmsWorker(IDbContextFactory<StoaDb> databases, ISmsSender sender, SmsSettings settings, Sealing sealing, TimeProvider clock, Outages outages, ILogger<TwilioLog> log)
    : OutgoingWorker<SmsMessage>(
        databases, new("Twilio", settings.PollInterval, settings.SendTimeout, settings.FirstRetry, settings.KeepFor, SmsMessage.MaxErrorLength), clock)
{
    protected override async Task<bool> DeliverAsync(SmsMessage one, CancellationToken cancellation)
    {
        if (await TextOfAsync(one, cancellation) is not { } text)
            return false;
        one.CarrierSid = await sender.SendAsync(new(one.From, one.To, text), one.Id, cancellation);
        return true;
    }

    protected override void Settle(SmsMessage one, UpdateSettersBuilder<SmsMessage> row) => 
        row.SetProperty(s => s.CarrierSid, one.CarrierSid).SetProperty(s => s.SealedText, (string?)null);

    protected override void NoteSent(SmsMessage one)
    {
        StoaMeter.SmsSent.Add(1);
        log.Sent(one.Id, TwilioLog.Mask(one.To), one.Attempts + 1);
    }

    protected override void NoteDropped(SmsMessage one) => log.Dropped(one.Id);

    protected override void NoteDelayed(SmsMessage one, TimeSpan delay, string error, Exception fault)
    {
        StoaMeter.SmsDelayed.Add(1);
        log.Delayed(one.Id, one.Attempts + 1, delay.TotalSeconds, error);
    }

    protected override void NoteFailed(SmsMessage one, string error)
    {
        StoaMeter.SmsFailed.Add(1);
        log.Failed(one.Id, one.Attempts + 1, error);
    }

    protected override void NoteRoundFailed(Exception fault)
    {
        if (!outages.Notes(fault))
            log.RoundFailed(fault);
    }

    /// <summary>What is over, and the numbers of accounts that were deleted.</summary>
    protected override async Task ForgetOldAsync(DateTimeOffset before, CancellationToken stopping)
    {
        await base.ForgetOldAsync(before, stopping);
        await UpdateAsync(db => db.SmsMessages.Where(s => db.Users.Any(u => u.Id == s.UserId && u.DeletedAt != null)).ExecuteDeleteAsync(stopping), stopping);
        await UpdateAsync(db => db.ReceivedSms.Where(s => s.ReceivedAt < before || db.Users.Any(u => u.Id == s.UserId && u.DeletedAt != null)).ExecuteDeleteAsync(stopping), stopping);
    }

    /// <summary>The message's part as it reads now; null when it is gone, or the number is not the reader's, proved, any more.</summary>
    private async Task<string?> TextOfAsync(SmsMessage sms, CancellationToken cancellation)
    {
        await using var db = await Databases.CreateDbContextAsync(cancellation);
        if (sms.MessageId is null)
        {
            return sms.SealedText is { } text && await db.Users.AnyAsync(u => u.Id == sms.UserId && u.IsActive && u.DeletedAt == null, cancellation)
                && sealing.Open(SmsMessage.SealPurpose, sms.UserId, text) is { } opened
                ? Encoding.UTF8.GetString(opened)
                : null;
        }

        var isTrusting = settings.TrustStatedNumbers;
        var body = await db.Messages
            .Where(m => m.Id == sms.MessageId && m.ErasedAt == null && !m.HiddenFromSender
                && db.Users.Any(u => u.Id == sms.UserId && u.DeletedAt == null && u.PhoneNumber == sms.To
                    && (isTrusting || u.PhoneVerifiedAt != null)))
            .Select(m => m.Body).SingleOrDefaultAsync(cancellation);
        return body is null ? null : SmsParts.Of(body).ElementAtOrDefault(sms.Part);
    }
}

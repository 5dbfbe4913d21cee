using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Sms;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Messaging.Sms.Sending;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Sends what is queued: one SMS after the other, each claimed so that of several nodes one sends it. Forgets what is old.</summary>
/// <remarks>
/// At least once: a process that dies between the carrier's "yes" and our note of it sends again. A failure is repeated with growing delay until the
/// SMS's time is over; then, or when it was refused for good, it stays as failed until it is forgotten.
/// </remarks>
public sealed class SmsWorker(IDbContextFactory<StoaDb> databases, ISmsSender sender, SmsSettings settings, TimeProvider clock, ILogger<TwilioLog> log) : BackgroundService
{
    private const int RoundLimit = 50;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(4);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(1);

    // Reading and noting take moments; what counts is the time the carrier is given.
    private TimeSpan Lease => settings.SendTimeout + TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(settings.PollInterval, clock);
        do
        {
            try
            {
                await SendDueAsync(stoppingToken);
                var now = clock.GetUtcNow();
                if (now - cleaned >= CleaningInterval)
                {
                    await ForgetOldAsync(now - settings.KeepFor, stoppingToken);
                    cleaned = now;
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                log.RoundFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SendDueAsync(CancellationToken stopping)
    {
        List<SmsMessage> due;
        do
        {
            var now = clock.GetUtcNow();
            await using (var db = await databases.CreateDbContextAsync(stopping))
            {
                due = await db.SmsMessages.AsNoTracking().Where(s => s.State == SmsState.Queued && s.DueAt <= now)
                    .OrderBy(s => s.DueAt).ThenBy(s => s.Id).Take(RoundLimit).ToListAsync(stopping);
            }

            foreach (var sms in due)
            {
                // When the carrier is away, the rest is better left for the next round.
                if (await ClaimAsync(sms, stopping) && !await SendAsync(sms, stopping))
                    return;
            }
        }
        while (due.Count == RoundLimit);
    }

    private async Task<bool> ClaimAsync(SmsMessage sms, CancellationToken stopping)
    {
        var until = clock.GetUtcNow() + Lease;
        return await UpdateAsync(db => db.SmsMessages.Where(s => s.Id == sms.Id && s.State == SmsState.Queued && s.DueAt == sms.DueAt)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.DueAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), stopping), stopping) == 1;
    }

    /// <summary>False when the next SMS would fail in the same way.</summary>
    private async Task<bool> SendAsync(SmsMessage sms, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(settings.SendTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            if (await TextOfAsync(sms, either.Token) is { } text)
                await SucceedAsync(sms, await sender.SendAsync(new(sms.From, sms.To, text), sms.Id, either.Token));
            else
                await DropAsync(sms);
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not ours any more: whoever starts next need not wait for the lease.
            await PostponeAsync(sms, TimeSpan.Zero, null, CancellationToken.None);
            throw;
        }
        catch (SmsRefusedException refused)
        {
            await FailAsync(sms, refused.Message, stopping);
            return true;
        }
        catch (Exception fault)
        {
            var error = fault is SmsDelayedException ? fault.Message : fault is OperationCanceledException ? "Twilio took too long" : fault.GetType().Name;
            await RepeatAsync(sms, error, stopping);
            return fault is not (SmsDelayedException or OperationCanceledException);
        }
    }

    /// <summary>The message's part as it reads now; null when it is gone, or the number is not the reader's any more.</summary>
    private async Task<string?> TextOfAsync(SmsMessage sms, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        var body = await db.Messages
            .Where(m => m.Id == sms.MessageId && m.ErasedAt == null && !m.HiddenFromSender
                && db.Users.Any(u => u.Id == sms.UserId && u.DeletedAt == null && u.PhoneNumber == sms.To))
            .Select(m => m.Body).SingleOrDefaultAsync(cancellation);
        return body is null ? null : SmsParts.Of(body).ElementAtOrDefault(sms.Part);
    }

    // Neither is given up for a stop: what is not noted as sent is sent again.
    private async Task SucceedAsync(SmsMessage sms, string? carrierSid)
    {
        var now = clock.GetUtcNow();
        await UpdateAsync(db => db.SmsMessages.Where(s => s.Id == sms.Id).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.State, SmsState.Sent).SetProperty(x => x.DoneAt, now).SetProperty(x => x.CarrierSid, carrierSid)
                .SetProperty(x => x.LastError, (string?)null), Unstoppable), Unstoppable);
        StoaMeter.SmsSent.Add(1);
        log.Sent(sms.Id, TwilioLog.Mask(sms.To), sms.Attempts + 1);
    }

    private async Task DropAsync(SmsMessage sms)
    {
        await UpdateAsync(db => db.SmsMessages.Where(s => s.Id == sms.Id).ExecuteDeleteAsync(Unstoppable), Unstoppable);
        log.Dropped(sms.Id);
    }

    private static readonly CancellationToken Unstoppable = CancellationToken.None;

    private async Task RepeatAsync(SmsMessage sms, string error, CancellationToken stopping)
    {
        var delay = DelayAfter(sms.Attempts);
        if (clock.GetUtcNow() + delay >= sms.ExpiresAt)
        {
            await FailAsync(sms, error, stopping);
            return;
        }

        await PostponeAsync(sms, delay, error, stopping);
        StoaMeter.SmsDelayed.Add(1);
        log.Delayed(sms.Id, sms.Attempts + 1, delay.TotalSeconds, error);
    }

    private Task<int> PostponeAsync(SmsMessage sms, TimeSpan delay, string? error, CancellationToken cancellation)
    {
        var due = clock.GetUtcNow() + delay;
        return UpdateAsync(db => db.SmsMessages.Where(s => s.Id == sms.Id)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.DueAt, due).SetProperty(x => x.LastError, Cut(error)), cancellation), cancellation);
    }

    private async Task FailAsync(SmsMessage sms, string error, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        await UpdateAsync(db => db.SmsMessages.Where(s => s.Id == sms.Id).ExecuteUpdateAsync(
            s => s.SetProperty(x => x.State, SmsState.Failed).SetProperty(x => x.DoneAt, now).SetProperty(x => x.LastError, Cut(error)), stopping), stopping);
        StoaMeter.SmsFailed.Add(1);
        log.Failed(sms.Id, sms.Attempts + 1, error);
    }

    /// <summary>What is over, and the numbers of accounts that were deleted.</summary>
    private async Task ForgetOldAsync(DateTimeOffset before, CancellationToken stopping)
    {
        await UpdateAsync(db => db.SmsMessages.Where(s => s.State != SmsState.Queued && s.DoneAt < before).ExecuteDeleteAsync(stopping), stopping);
        await UpdateAsync(db => db.SmsMessages.Where(s => db.Users.Any(u => u.Id == s.UserId && u.DeletedAt != null)).ExecuteDeleteAsync(stopping), stopping);
        await UpdateAsync(db => db.ReceivedSms.Where(s => s.ReceivedAt < before || db.Users.Any(u => u.Id == s.UserId && u.DeletedAt != null)).ExecuteDeleteAsync(stopping), stopping);
    }

    private async Task<int> UpdateAsync(Func<StoaDb, Task<int>> update, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.WriteAsync(() => update(db), cancellation);
    }

    private TimeSpan DelayAfter(int attempts)
    {
        var seconds = settings.FirstRetry.TotalSeconds * Math.Pow(3, Math.Min(attempts, 20));
        return seconds >= MaxDelay.TotalSeconds ? MaxDelay : TimeSpan.FromSeconds(seconds);
    }

    private static string? Cut(string? error) => error is { Length: > SmsMessage.MaxErrorLength } ? error[..SmsMessage.MaxErrorLength] : error;
}

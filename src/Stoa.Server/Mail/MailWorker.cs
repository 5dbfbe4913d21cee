using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Mail.Sending;

namespace Stoa.Server.Mail;

/// <summary>Sends what is queued: one mail after the other, each claimed so that of several nodes one sends it.</summary>
/// <remarks>
/// At least once: a process that dies between the mail server's "yes" and our note of it sends the mail again. A failure is repeated with growing delay
/// until the mail's time is over; then, or when it was refused for good, it stays as failed until it is forgotten.
/// </remarks>
public sealed class MailWorker(
    IServiceScopeFactory scopes,
    Func<IMailSender> senders,
    MailSettings settings,
    TimeProvider clock,
    ILogger<MailWorker> log) : BackgroundService
{
    private const int RoundLimit = 50;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(4);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(1);

    // Composing and noting take moments; what counts is the time the mail server is given.
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
        IMailSender? sender = null;
        try
        {
            int seen;
            do
            {
                var due = await DueAsync(stopping);
                seen = due.Count;
                foreach (var mail in due)
                {
                    if (!await ClaimAsync(mail, stopping))
                        continue;
                    sender ??= senders();
                    if (!await SendAsync(mail, sender, stopping))
                        return;
                }
            }
            while (seen == RoundLimit);
        }
        finally
        {
            if (sender is not null)
                await sender.DisposeAsync();
        }
    }

    private async Task<List<MailMessage>> DueAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        var now = clock.GetUtcNow();
        return await db.Mails.AsNoTracking().Where(m => m.State == MailState.Queued && m.DueAt <= now)
            .OrderBy(m => m.DueAt).ThenBy(m => m.Id).Take(RoundLimit).ToListAsync(stopping);
    }

    private async Task<bool> ClaimAsync(MailMessage mail, CancellationToken stopping)
    {
        var until = clock.GetUtcNow() + Lease;
        return await UpdateAsync(db => db.Mails.Where(m => m.Id == mail.Id && m.State == MailState.Queued && m.DueAt == mail.DueAt)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.DueAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), stopping), stopping) == 1;
    }

    /// <summary>False when the mail server is gone: the rest is better left for the next round.</summary>
    private async Task<bool> SendAsync(MailMessage mail, IMailSender sender, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(settings.SendTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            var isSent = await DeliverAsync(mail, sender, either.Token);

            // Not given up for a stop: what is not noted as sent is sent again.
            await (isSent ? SucceedAsync(mail, CancellationToken.None) : DropAsync(mail, CancellationToken.None));
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not ours any more: whoever starts next need not wait for the lease.
            await PostponeAsync(mail, TimeSpan.Zero, null, CancellationToken.None);
            throw;
        }
        catch (MailRefusedException refused)
        {
            await FailAsync(mail, refused.Message, stopping);
            return true;
        }
        catch (Exception fault)
        {
            var delayed = fault as MailDelayedException;
            await RepeatAsync(mail, delayed?.Message ?? (fault is OperationCanceledException ? "The mail server took too long" : fault.GetType().Name), fault, stopping);
            return delayed is { IsServerGone: false } || fault is not (MailDelayedException or OperationCanceledException);
        }
    }

    /// <summary>False when there is nothing to say any more.</summary>
    private async Task<bool> DeliverAsync(MailMessage mail, IMailSender sender, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var kind = scope.ServiceProvider.GetServices<IMailKind>().FirstOrDefault(k => k.Name == mail.Kind)
            ?? throw new MailDelayedException($"This version does not know mails of the kind '{mail.Kind}'", isServerGone: false);
        if (await kind.ComposeAsync(mail, cancellation) is not { } envelope)
            return false;
        var message = await scope.ServiceProvider.GetRequiredService<MailWriting>().WriteAsync(envelope, mail.Id, cancellation);
        await sender.SendAsync(message, mail.Id, cancellation);
        return true;
    }

    private Task<int> DropAsync(MailMessage mail, CancellationToken cancellation) =>
        UpdateAsync(db => db.Mails.Where(m => m.Id == mail.Id).ExecuteDeleteAsync(cancellation), cancellation);

    private async Task SucceedAsync(MailMessage mail, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await UpdateAsync(db => db.Mails.Where(m => m.Id == mail.Id).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.State, MailState.Sent).SetProperty(x => x.DoneAt, now).SetProperty(x => x.Content, (string?)null)
                .SetProperty(x => x.LastError, (string?)null), cancellation), cancellation);
        StoaMeter.MailsSent.Add(1);
        log.Sent(mail.Id, mail.Kind, mail.Attempts + 1);
    }

    private async Task RepeatAsync(MailMessage mail, string error, Exception fault, CancellationToken stopping)
    {
        var delay = DelayAfter(mail.Attempts);
        if (clock.GetUtcNow() + delay >= mail.ExpiresAt)
        {
            await FailAsync(mail, error, stopping);
            return;
        }

        await PostponeAsync(mail, delay, error, stopping);
        StoaMeter.MailsDelayed.Add(1);

        // What a mail server answers may name the reader; the row has it, the log does not.
        log.Delayed(mail.Id, mail.Kind, mail.Attempts + 1, delay.TotalSeconds, (fault.InnerException ?? fault).GetType().Name);
    }

    private Task<int> PostponeAsync(MailMessage mail, TimeSpan delay, string? error, CancellationToken cancellation)
    {
        var due = clock.GetUtcNow() + delay;
        return UpdateAsync(db => db.Mails.Where(m => m.Id == mail.Id)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.DueAt, due).SetProperty(x => x.LastError, Cut(error)), cancellation), cancellation);
    }

    private async Task FailAsync(MailMessage mail, string error, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        await UpdateAsync(db => db.Mails.Where(m => m.Id == mail.Id).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.State, MailState.Failed).SetProperty(x => x.DoneAt, now).SetProperty(x => x.LastError, Cut(error)), stopping), stopping);
        StoaMeter.MailsFailed.Add(1);
        log.Failed(mail.Id, mail.Kind, mail.Attempts + 1);
    }

    private Task<int> ForgetOldAsync(DateTimeOffset before, CancellationToken stopping) =>
        UpdateAsync(db => db.Mails.Where(m => m.State != MailState.Queued && m.DoneAt < before).ExecuteDeleteAsync(stopping), stopping);

    private async Task<int> UpdateAsync(Func<StoaDb, Task<int>> update, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        return await db.WriteAsync(() => update(db), cancellation);
    }

    private TimeSpan DelayAfter(int attempts)
    {
        var seconds = settings.FirstRetry.TotalSeconds * Math.Pow(3, Math.Min(attempts, 20));
        return seconds >= MaxDelay.TotalSeconds ? MaxDelay : TimeSpan.FromSeconds(seconds);
    }

    private static string? Cut(string? error) => error is { Length: > MailMessage.MaxErrorLength } ? error[..MailMessage.MaxErrorLength] : error;
}

internal static partial class MailLogEvents
{
    [LoggerMessage(5001, LogLevel.Information, "mail.sent mail={MailId} kind={Kind} attempt={Attempt}")]
    public static partial void Sent(this ILogger<MailWorker> log, long mailId, string kind, int attempt);

    [LoggerMessage(5002, LogLevel.Warning, "mail.delayed mail={MailId} kind={Kind} attempt={Attempt} again_in={Seconds}s fault={Fault}")]
    public static partial void Delayed(this ILogger<MailWorker> log, long mailId, string kind, int attempt, double seconds, string fault);

    [LoggerMessage(5003, LogLevel.Error, "mail.failed mail={MailId} kind={Kind} attempts={Attempts}")]
    public static partial void Failed(this ILogger<MailWorker> log, long mailId, string kind, int attempts);

    [LoggerMessage(5004, LogLevel.Error, "mail.round_failed")]
    public static partial void RoundFailed(this ILogger<MailWorker> log, Exception fault);
}

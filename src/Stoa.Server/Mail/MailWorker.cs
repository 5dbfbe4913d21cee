using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail.Sending;

namespace Stoa.Server.Mail;

/// <summary>Sends queued mails: composes each by its kind, several over one connection.</summary>
public sealed class MailWorker(
    IDbContextFactory<StoaDb> databases, IServiceScopeFactory scopes, Func<IMailSender> senders, MailSettings settings, TimeProvider clock, Outages outages, ILogger<MailWorker> log)
    : OutgoingWorker<MailMessage>(
        databases,
        new("The mail server", settings.PollInterval, settings.SendTimeout, settings.FirstRetry, settings.KeepFor, MailMessage.MaxErrorLength),
        clock)
{
    private IMailSender? sender;

    protected override async Task<bool> DeliverAsync(MailMessage one, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var kind = scope.ServiceProvider.GetServices<IMailKind>().FirstOrDefault(k => k.Name == one.Kind)
            ?? throw new SendingDelayedException($"This version does not know mails of the kind '{one.Kind}'", isCarrierGone: false);
        if (await kind.ComposeAsync(one, cancellation) is not { } envelope)
            return false;
        var message = await scope.ServiceProvider.GetRequiredService<MailWriting>().WriteAsync(envelope, one.Id, cancellation);
        sender ??= senders();
        await sender.SendAsync(message, one.Id, cancellation);
        return true;
    }

    protected override void Settle(MailMessage one, UpdateSettersBuilder<MailMessage> row)
    {
        row.SetProperty(m => m.Content, (string?)null);
        GiveUp(one, row);
    }

    /// <summary>A notice to an address that was an account's must not keep the address of somebody who is gone.</summary>
    protected override void GiveUp(MailMessage one, UpdateSettersBuilder<MailMessage> row)
    {
        if (one is { Kind: SecurityTrail.MailKind, UserId: null })
            row.SetProperty(m => m.Address, (string?)null);
    }

    protected override async ValueTask EndRoundAsync()
    {
        var done = sender;
        sender = null;
        if (done is not null)
            await done.DisposeAsync();
    }

    protected override void NoteSent(MailMessage one)
    {
        StoaMeter.MailsSent.Add(1);
        log.Sent(one.Id, one.Kind, one.Attempts + 1);
    }

    protected override void NoteDelayed(MailMessage one, TimeSpan delay, string error, Exception fault)
    {
        StoaMeter.MailsDelayed.Add(1);

        // What a mail server answers may name the reader; the row has it, the log does not.
        log.Delayed(one.Id, one.Kind, one.Attempts + 1, delay.TotalSeconds, (fault.InnerException ?? fault).GetType().Name);
    }

    protected override void NoteFailed(MailMessage one, string error)
    {
        StoaMeter.MailsFailed.Add(1);
        log.Failed(one.Id, one.Kind, one.Attempts + 1);
    }

    protected override void NoteRoundFailed(Exception fault)
    {
        if (!outages.Notes(fault))
            log.RoundFailed(fault);
    }
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

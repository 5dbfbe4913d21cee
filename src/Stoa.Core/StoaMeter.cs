using System.Diagnostics.Metrics;

namespace Stoa.Core;

/// <summary>What the record and the jobs measure of themselves; shown at <c>/metrics</c> under <c>stoa_…</c>.</summary>
public static class StoaMeter
{
    private static readonly Meter Meter = new("Stoa");

    public static readonly Counter<long> MessagesAppended = Meter.CreateCounter<long>("stoa.messages.appended", "{message}", "Messages made durable");

    public static readonly Counter<long> MessageCommits = Meter.CreateCounter<long>("stoa.messages.commits", "{commit}", "Transactions of the message log");

    public static readonly Counter<long> OutboxDispatched = Meter.CreateCounter<long>("stoa.outbox.dispatched", "{event}", "Outbox events done");

    public static readonly Counter<long> MailsSent = Meter.CreateCounter<long>("stoa.mails.sent", "{mail}", "Mails taken over by the mail server, or written to the folder");

    public static readonly Counter<long> MailsDelayed = Meter.CreateCounter<long>("stoa.mails.delayed", "{mail}", "Mails to be tried again");

    public static readonly Counter<long> MailsFailed = Meter.CreateCounter<long>("stoa.mails.failed", "{mail}", "Mails given up");

    public static readonly Counter<long> SmsSent = Meter.CreateCounter<long>("stoa.sms.sent", "{sms}", "SMS taken over by the carrier, or written to the folder");

    public static readonly Counter<long> SmsDelayed = Meter.CreateCounter<long>("stoa.sms.delayed", "{sms}", "SMS to be tried again");

    public static readonly Counter<long> SmsFailed = Meter.CreateCounter<long>("stoa.sms.failed", "{sms}", "SMS given up");

    public static readonly Counter<long> OutboxFailed = Meter.CreateCounter<long>("stoa.outbox.failed", "{event}", "Outbox events to be tried again");
}

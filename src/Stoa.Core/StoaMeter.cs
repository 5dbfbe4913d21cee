using System.Diagnostics.Metrics;

namespace Stoa.Core;

/// <summary>What the record and the jobs measure of themselves; shown at <c>/metrics</c> under <c>stoa_…</c>.</summary>
public static class StoaMeter
{
    private static readonly Meter Meter = new("Stoa");

    public static readonly Counter<long> MessagesAppended = Meter.CreateCounter<long>("stoa.messages.appended", "{message}", "Messages made durable");

    public static readonly Counter<long> MessageCommits = Meter.CreateCounter<long>("stoa.messages.commits", "{commit}", "Transactions of the message log");

    public static readonly Counter<long> OutboxDispatched = Meter.CreateCounter<long>("stoa.outbox.dispatched", "{event}", "Outbox events done");

    public static readonly Counter<long> OutboxFailed = Meter.CreateCounter<long>("stoa.outbox.failed", "{event}", "Outbox events to be tried again");
}

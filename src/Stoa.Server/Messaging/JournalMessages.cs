using System.Globalization;
using System.Text;
using Stoa.Core.Outbox;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging;

/// <summary>Writes the numbers of new messages to <c>messages.log</c>, one line per commit (S1-88).</summary>
public sealed class JournalMessages(ILogger<MessagesLog> log) : IOutboxSubscriber<MessagesAppended>
{
    public Task HandleAsync(MessagesAppended what, CancellationToken cancellation)
    {
        var refs = new StringBuilder(what.Refs.Count * 12);
        foreach (var (conversation, seq) in what.Refs)
            refs.Append(refs.Length == 0 ? "" : " ").Append(CultureInfo.InvariantCulture, $"{conversation}:{seq}");
        log.Sent(refs.ToString());
        return Task.CompletedTask;
    }
}

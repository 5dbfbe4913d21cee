using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>One message, for its sender or recipient. Refusals: <c>message.not_found</c>, <c>message.not_yours</c>.</summary>
public sealed class ReadMessage(OwnMessage own)
{
    public async Task<Outcome<MailboxEntry>> Handle(long id, Caller caller, CancellationToken cancellation)
    {
        var found = await own.FindAsync(id, caller, cancellation);
        return found.Refusal is { } refusal ? refusal : await own.EntryAsync(found.Value, cancellation);
    }
}

using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Messaging;

namespace Architecture.Fixtures;

internal sealed class OpensPastTheGate(MessageLog log)
{
    public async Task<Outcome<Appended>> Handle(MessageDraft draft, CancellationToken cancellation)
    {
        _ = Conversation.Group(1, "title", new Dictionary<long, PartyType>(), DateTimeOffset.UnixEpoch);
        return await log.Append(draft, cancellation);
    }
}

internal sealed class OpensWithPermit
{
    public static Conversation Handle(WritingPermit permit) =>
        Conversation.Group(permit.Writer.UserId, "title", new Dictionary<long, PartyType>(), DateTimeOffset.UnixEpoch);
}

internal sealed class GivesItselfPermits : WritingPermit.Issuer;

public sealed record SaysSomething(long Id, string Words, IReadOnlyList<string>? More, int Count);

using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Jobs;
using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Rights of accounts changed: every server forgets what it knew of them and asks again for their sockets.</summary>
public sealed class AskRightsAgain(SocketIOServer sockets, SessionGate sessions, SocketWatch watch) : IOutboxSubscriber<RightsChanged>
{
    /// <summary>Both at once: that other servers cannot be reached must not keep this one from asking, nor the other way round. What failed is tried again.</summary>
    public Task HandleAsync(RightsChanged what, CancellationToken cancellation) => Task.WhenAll(
        sockets.Of("/").ServerSideEmitAsync(Events.RightsChanged, what.UserIds.ToList()).AsTask(),
        HearAsync(what.UserIds, cancellation));

    /// <summary>What this server does about it, whoever told.</summary>
    public Task HearAsync(IReadOnlyCollection<long> userIds, CancellationToken cancellation)
    {
        sessions.ForgetAccounts(userIds);
        return watch.AskAgainAsync(userIds, cancellation);
    }
}

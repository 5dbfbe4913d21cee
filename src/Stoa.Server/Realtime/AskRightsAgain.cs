using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Jobs;
using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Rights of accounts changed: every server forgets what it knew of them and asks again for their sockets.</summary>
public sealed class AskRightsAgain(SocketIOServer sockets, SessionGate sessions, SocketWatch watch) : IOutboxSubscriber<RightsChanged>
{
    public async Task HandleAsync(RightsChanged what, CancellationToken cancellation)
    {
        await sockets.Of("/").ServerSideEmitAsync(Events.RightsChanged, what.UserIds.ToList());
        await HereAsync(what.UserIds, cancellation);
    }

    /// <summary>What another server told.</summary>
    public Task HearAsync(IReadOnlyCollection<long> userIds, CancellationToken cancellation) => HereAsync(userIds, cancellation);

    private Task HereAsync(IReadOnlyCollection<long> userIds, CancellationToken cancellation)
    {
        sessions.ForgetAccounts(userIds);
        return watch.AskAgainAsync(userIds, cancellation);
    }
}

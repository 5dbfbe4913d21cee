using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Ends the caller's session: its access token, its refresh tokens and its sockets.</summary>
public sealed class LogOut(SessionEnding ending)
{
    public async Task<Outcome<Done>> Handle(Caller caller, CancellationToken cancellation)
    {
        await ending.EndAsync(caller.UserId, s => s.Id == caller.SessionId, "log-out", cancellation);
        return default(Done);
    }
}

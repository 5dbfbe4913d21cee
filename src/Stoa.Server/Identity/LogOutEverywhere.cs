using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Ends every session of the caller, this one included; answers how many there were.</summary>
public sealed class LogOutEverywhere(SessionEnding ending)
{
    public async Task<Outcome<int>> Handle(Caller caller, CancellationToken cancellation) =>
        await ending.EndAsync(caller.UserId, static _ => true, "log-out everywhere", cancellation);
}

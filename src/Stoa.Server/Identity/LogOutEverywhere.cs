using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Ends every session of the caller, this one included, and sign-ins that are half done; answers how many sessions there were.</summary>
public sealed class LogOutEverywhere(SessionEnding ending)
{
    public async Task<Outcome<int>> Handle(Caller caller, CancellationToken cancellation) =>
        await ending.EndAllAsync(caller.UserId, "log-out everywhere", cancellation);
}

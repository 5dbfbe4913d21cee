using Stoa.Core;
using Stoa.Server.Hosting;

namespace Stoa.Server.Identity;

/// <summary>Ends one of the caller's sessions. Refusal: <c>session.not_found</c> (absent, ended, or somebody else's).</summary>
public sealed class EndSession(SessionEnding ending)
{
    public static readonly Refusal NotFound = Refusal.NotFound("session.not_found", "Session not found");

    public async Task<Outcome<Done>> Handle(long id, Caller caller, CancellationToken cancellation) =>
        await ending.EndAsync(caller.UserId, s => s.Id == id, "by its owner", cancellation) == 1 ? default(Done) : NotFound;
}

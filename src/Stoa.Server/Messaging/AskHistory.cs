using System.Globalization;
using Stoa.Core;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging;

/// <summary><see cref="ReadMessages"/> for sockets, where a question of some bytes must not cost any number of them.</summary>
/// <remarks>
/// So many pages a minute for each account (<c>RateLimit:HistoriesPerMinute</c>), and of a page so much text: what is over is left out at
/// its far end and <c>HasMore</c> is true; <c>before</c> or <c>after</c> bring it. Refusals: <c>conversation.not_found</c>,
/// <c>rate.histories</c>.
/// </remarks>
public sealed class AskHistory(ReadMessages read, RateLimits limits, StoaSettings settings)
{
    /// <summary>UTF-8 bytes of text in one page; one message is there in any case.</summary>
    public const int MaxBytes = 256 * 1024;

    public static readonly Refusal TooMany = Refusal.TooMany("rate.histories", "You are asking for pages too quickly");

    public async Task<Outcome<ReadMessages.Response>> Handle(ReadMessages.Request request, Caller reader, CancellationToken cancellation)
    {
        if (settings.RateLimit.HistoriesPerMinute is > 0 and var permits
            && limits.Take(new RateLimit("histories", permits, TimeSpan.FromMinutes(1), TooMany),
                reader.UserId.ToString(CultureInfo.InvariantCulture)).Refusal is { } tooMany)
        {
            return tooMany;
        }

        return await read.Handle(request with { MostBytes = MaxBytes }, reader, cancellation);
    }
}

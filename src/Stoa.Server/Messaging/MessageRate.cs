using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging;

/// <summary>How often an account may send: so many a minute over all doors together (S1-82, S3-63). Administrators are not counted.</summary>
/// <remarks>Near the limit a warning goes to <c>messages.log</c>. Refusal: <c>rate.messages</c>, with the time to wait.</remarks>
public sealed class MessageRate(RateLimits limits, StoaSettings settings, ILogger<MessagesLog> log)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.messages", "You are sending messages too quickly");

    // The last fifth of the share is worth a warning.
    private const int WarnBelow = 5;
    private readonly int permits = settings.RateLimit.MessagesPerMinute;
    private readonly RateLimit limit = new("messages", Math.Max(1, settings.RateLimit.MessagesPerMinute), TimeSpan.FromMinutes(1), TooMany);

    internal Refusal? WhyNot(Caller sender)
    {
        if (permits == 0 || sender.Type == PartyType.Admin)
            return null;
        var state = limits.Take(limit, sender.UserId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (state.Refusal is not null)
            log.RateReached(sender.UserId, permits);
        else if (state.Remaining == permits / WarnBelow)
            log.RateNear(sender.UserId, state.Remaining, permits);
        return state.Refusal;
    }
}

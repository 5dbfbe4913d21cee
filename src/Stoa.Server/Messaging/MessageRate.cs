using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Messaging;

/// <summary>
/// How often an account may send or edit: so many a minute over all doors together (S1-82, S3-63). Administrators are not counted.
/// </summary>
/// <remarks>Near the limit a warning goes to <c>messages.log</c>. Refusal: <c>rate.messages</c>, with the time to wait.</remarks>
public sealed class MessageRate(RateLimits limits, ILogger<MessagesLog> log)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.messages", "You are sending messages too quickly");

    // The last fifth of the share is worth a warning.
    private const int WarnBelow = 5;

    internal Refusal? WhyNot(Caller sender, MessagingPolicy policy)
    {
        if (sender.Type == PartyType.Admin || policy.MessagesPerMinute is not (> 0 and var permits))
            return null;
        var state = limits.Take(new RateLimit("messages", permits, TimeSpan.FromMinutes(1), TooMany), LimitKey.Account(sender.UserId));
        if (state.Refusal is not null)
            log.RateReached(sender.UserId, permits);
        else if (state.Remaining == permits / WarnBelow)
            log.RateNear(sender.UserId, state.Remaining, permits);
        return state.Refusal;
    }
}

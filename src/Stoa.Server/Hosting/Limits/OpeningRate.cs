using System.Globalization;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Limits;

/// <summary>
/// How often an account may open something that others find in their lists: conversations, consultations and reports together.
/// Administrators are not counted.
/// </summary>
/// <remarks>What is found again instead of being made does not count. Refusal: <c>rate.openings</c>, with the time to wait.</remarks>
public sealed class OpeningRate(RateLimits limits, StoaSettings settings)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.openings",
        "You are opening too many conversations, consultations or reports");

    /// <summary>Takes one, or says when the next one is there.</summary>
    public Refusal? WhyNot(Caller opener) => opener.Type == PartyType.Admin
        || settings.RateLimit.OpeningsPerHour is not (> 0 and var permits)
        ? null
        : limits.Take(new RateLimit("openings", permits, TimeSpan.FromHours(1), TooMany),
            opener.UserId.ToString(CultureInfo.InvariantCulture)).Refusal;
}

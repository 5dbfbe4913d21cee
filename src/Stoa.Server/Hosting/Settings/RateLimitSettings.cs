namespace Stoa.Server.Hosting.Settings;

/// <summary>How often something may be done.</summary>
public sealed class RateLimitSettings
{
    /// <summary>Messages an account may send in a minute, over all doors; 0: as many as it likes.</summary>
    [Aliases("RATELIMIT__MESSAGES_PER_MINUTE"), Between("0", "100000")]
    public int MessagesPerMinute { get; init; } = 10;
}

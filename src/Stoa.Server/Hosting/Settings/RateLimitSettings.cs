namespace Stoa.Server.Hosting.Settings;

/// <summary>How often something may be done.</summary>
public sealed class RateLimitSettings
{
    /// <summary>Messages an account may send in a minute, over all doors; 0: as many as it likes.</summary>
    [Aliases("RATELIMIT__MESSAGES_PER_MINUTE"), Between("0", "100000")]
    public int MessagesPerMinute { get; init; } = 10;

    /// <summary>Requests and socket events of one account in a minute at one server, over all doors; 0: as many as it likes.</summary>
    [Aliases("RATELIMIT__REQUESTS_PER_MINUTE"), Between("0", "10000000")]
    public int RequestsPerMinute { get; init; } = 6_000;

    /// <summary>Requests of one address in a minute at one server, whoever asks; loopback addresses are not counted; 0: as many as it likes.</summary>
    [Aliases("RATELIMIT__REQUESTS_PER_NETWORK_PER_MINUTE"), Between("0", "10000000")]
    public int RequestsPerNetworkPerMinute { get; init; } = 30_000;

    /// <summary>Conversations, consultations and reports together that an account may open in an hour; 0: as many as it likes.</summary>
    [Between("0", "100000")]
    public int OpeningsPerHour { get; init; } = 100;

    /// <summary>Pages of a conversation that an account may ask for over its sockets in a minute; 0: as many as it likes.</summary>
    [Between("0", "100000")]
    public int HistoriesPerMinute { get; init; } = 120;
}

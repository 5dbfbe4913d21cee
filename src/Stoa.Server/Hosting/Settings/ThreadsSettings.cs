namespace Stoa.Server.Hosting.Settings;

/// <summary>Threads about something.</summary>
public sealed class ThreadsSettings
{
    /// <summary>
    /// What threads may be about beside <c>LISTING</c>, <c>ORDER</c>, <c>BUY_REQUEST</c>, <c>AUCTION</c> and <c>SUPPORT</c>: words of
    /// capital letters, digits and underscores.
    /// </summary>
    public IReadOnlyList<string> ContextTypes { get; init; } = [];

    /// <summary>Event streams that an account has open at once on one server.</summary>
    [Between("1", "10000")]
    public int MaxStreams { get; init; } = 50;
}

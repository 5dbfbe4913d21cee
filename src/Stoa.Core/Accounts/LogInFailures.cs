namespace Stoa.Core.Accounts;

/// <summary>Failed tries in a row for one name, known or not, so that the two cannot be told apart.</summary>
/// <remarks>Kept in the record: a restart or another node does not give new tries. One success forgets them.</remarks>
public sealed class LogInFailures
{
    /// <summary>How many tries pass before the first pause.</summary>
    public const int FreeTries = 5;

    /// <summary>The first pause; it doubles with every further failure.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);

    /// <summary>The longest pause: nobody can lock an owner out for longer than this by guessing.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    /// <summary>Failures older than this count no more.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(24);

    public long Id { get; private set; }

    /// <summary>A keyed hash: a password typed into the wrong field does not end up readable.</summary>
    public required string NameHash { get; init; }

    public int Count { get; set; }

    public DateTimeOffset LastAt { get; set; }

    /// <summary>Until when tries are refused; null when none are.</summary>
    public DateTimeOffset? PausedUntil => PauseAfter(Count) is { } pause && pause > TimeSpan.Zero ? LastAt + pause : null;

    /// <summary>How long tries are refused after that many failures in a row.</summary>
    public static TimeSpan PauseAfter(int failures) => failures < FreeTries
        ? TimeSpan.Zero
        : TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures - FreeTries, 10)));
}

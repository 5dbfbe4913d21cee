namespace Stoa.Core.Data;

/// <summary>Times as SQLite keeps them: whole microseconds since 1970, UTC.</summary>
public static class Microseconds
{
    public static long From(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long microseconds) =>
        new(DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>The same moment as both databases give it back, so that an answer before and after a read agree.</summary>
    public static DateTimeOffset Rounded(this DateTimeOffset time) => ToTime(From(time));
}

namespace Stoa.Server.Realtime.Presence;

/// <summary>What this server told of presence lately, so that it can tell it again. In memory; thread-safe.</summary>
internal sealed class RecentPresence(TimeProvider clock)
{
    /// <summary>Older news go first; what is lost so is right again with the account's next coming or going, or asked for.</summary>
    private const int Most = 5000;
    private readonly Lock guard = new();
    private readonly Queue<(PresenceNews News, DateTimeOffset At)> told = new();

    public void Add(IReadOnlyList<PresenceNews> news)
    {
        var now = clock.GetUtcNow();
        lock (guard)
        {
            foreach (var one in news)
                told.Enqueue((one, now));
            while (told.Count > Most)
                told.Dequeue();
        }
    }

    /// <summary>The last news of each account told since then.</summary>
    public IReadOnlyList<PresenceNews> Since(DateTimeOffset time)
    {
        lock (guard)
            return [.. told.Where(t => t.At >= time).GroupBy(static t => t.News.User).Select(static g => g.Last().News)];
    }
}

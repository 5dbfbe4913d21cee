using System.Collections.Concurrent;

namespace Stoa.Server.Realtime.Presence;

/// <summary>Where it is said that an account changed what others see of it.</summary>
public sealed class PresenceVisibility
{
    private readonly ConcurrentQueue<long> changed = new();

    /// <summary>Whoever could see the account online is told how it looks from now on, within a moment.</summary>
    public void Changed(long user) => changed.Enqueue(user);

    internal bool TryTake(out long user) => changed.TryDequeue(out user);
}

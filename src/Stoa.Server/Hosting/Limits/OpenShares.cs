using System.Collections.Concurrent;

namespace Stoa.Server.Hosting.Limits;

/// <summary>How many of something that lasts each account has open at once, in this process.</summary>
/// <remarks>An account that has none costs nothing.</remarks>
public sealed class OpenShares
{
    private readonly ConcurrentDictionary<(string What, long Account), int> open = new();

    /// <summary>One more, which is given back by disposing it; null when the account has as many as it may.</summary>
    /// <param name="what">Stable, e.g. <c>streams</c>.</param>
    /// <param name="most">At least 1.</param>
    public IDisposable? TryTake(string what, long account, int most)
    {
        var key = (what, account);
        while (true)
        {
            if (!open.TryGetValue(key, out var count))
            {
                if (open.TryAdd(key, 1))
                    return new Share(this, key);
            }
            else if (count >= most)
            {
                return null;
            }
            else if (open.TryUpdate(key, count + 1, count))
            {
                return new Share(this, key);
            }
        }
    }

    private void GiveBack((string What, long Account) key)
    {
        while (open.TryGetValue(key, out var count))
        {
            if (count > 1 ? open.TryUpdate(key, count - 1, count) : open.TryRemove(KeyValuePair.Create(key, count)))
                return;
        }
    }

    private sealed class Share(OpenShares shares, (string What, long Account) key) : IDisposable
    {
        private int given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref given, 1) == 0)
                shares.GiveBack(key);
        }
    }
}

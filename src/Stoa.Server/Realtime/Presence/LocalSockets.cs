namespace Stoa.Server.Realtime.Presence;

/// <summary>Which accounts have sockets at this server, and which of that is not in the record yet. In memory; thread-safe.</summary>
internal sealed class LocalSockets(TimeSpan grace, TimeProvider clock)
{
    private readonly Lock guard = new();
    private readonly Dictionary<long, Account> accounts = [];

    // Those whose record may differ from what is true: all that a look has to look at.
    private readonly HashSet<long> pending = [];
    private int recorded;

    /// <summary>Whether the record names anybody here.</summary>
    public bool AnyRecorded => Volatile.Read(ref recorded) > 0;

    public void Came(long user, string socket)
    {
        lock (guard)
        {
            if (!accounts.TryGetValue(user, out var account))
                accounts[user] = account = new Account();
            account.Sockets.Add(socket);
            if (account.Sockets.Count == 1)
                pending.Add(user);
        }
    }

    public void Left(long user, string socket)
    {
        lock (guard)
        {
            if (!accounts.TryGetValue(user, out var account) || !account.Sockets.Remove(socket) || account.Sockets.Count > 0)
                return;
            account.LeftAt = clock.GetUtcNow();
            pending.Add(user);
        }
    }

    /// <summary>What must be written now, at most so many of each. It is taken again until <see cref="Record"/> says that it was.</summary>
    public LocalChanges Take(int limit)
    {
        lock (guard)
        {
            if (pending.Count == 0)
                return LocalChanges.None;
            var (came, left) = (new List<long>(), new List<Leaving>());
            var now = clock.GetUtcNow();
            foreach (var user in pending.ToList())
                Sort(user, now, came, left);
            return new LocalChanges([.. came.Take(limit)], [.. left.Take(limit)]);
        }
    }

    /// <summary>These changes are in the record.</summary>
    public void Record(LocalChanges written)
    {
        lock (guard)
        {
            foreach (var user in written.Came)
                Mark(user, isRecorded: true);
            foreach (var (user, _) in written.Left)
                Mark(user, isRecorded: false);
        }
    }

    /// <summary>The record knows nobody of this server any more; everybody who is here must be written again.</summary>
    public void Forget()
    {
        lock (guard)
        {
            foreach (var (user, account) in accounts)
            {
                account.IsRecorded = false;
                pending.Add(user);
            }

            recorded = 0;
        }
    }

    private void Sort(long user, DateTimeOffset now, List<long> came, List<Leaving> left)
    {
        if (!accounts.TryGetValue(user, out var account) || account.IsRecorded == account.IsHere)
        {
            // Gone before anybody knew of it, or back again within the grace.
            if (account is { IsHere: false })
                accounts.Remove(user);
            pending.Remove(user);
        }
        else if (account.IsHere)
        {
            came.Add(user);
        }
        else if (account.LeftAt + grace <= now)
        {
            left.Add(new Leaving(user, account.LeftAt));
        }
    }

    private void Mark(long user, bool isRecorded)
    {
        if (!accounts.TryGetValue(user, out var account) || account.IsRecorded == isRecorded)
            return;
        account.IsRecorded = isRecorded;
        recorded += isRecorded ? 1 : -1;
    }

    private sealed class Account
    {
        public HashSet<string> Sockets { get; } = new(1, StringComparer.Ordinal);

        public DateTimeOffset LeftAt { get; set; }

        public bool IsRecorded { get; set; }

        public bool IsHere => Sockets.Count > 0;
    }
}

/// <summary>An account whose last socket here went, and when.</summary>
internal readonly record struct Leaving(long User, DateTimeOffset At);

/// <summary>Who came to this server and who left it, towards the record.</summary>
internal sealed record LocalChanges(IReadOnlyList<long> Came, IReadOnlyList<Leaving> Left)
{
    public static readonly LocalChanges None = new([], []);
}

namespace Stoa.SocketIO.Admin;

/// <summary>How much an admin UI is told. What costs most is telling, not looking: each level multiplies what is sent while a UI is open, and nothing while none is.</summary>
public enum AdminDetail
{
    /// <summary>Figures of each node every <see cref="AdminOptions.Interval"/>: the dashboard and the list of servers (the UI's production mode).</summary>
    Figures,

    /// <summary>Also each socket with its handshake and rooms, and what happens to it; no payloads.</summary>
    Sockets,

    /// <summary>Also each event that sockets send or are sent, with its arguments (the UI's development mode). Whoever looks reads everything then.</summary>
    Events,
}

/// <summary>Settings of the namespace that the Socket.IO admin UI connects to.</summary>
public sealed class AdminOptions
{
    /// <summary>Decides whether a user name and password may look. Required: there is no default, because what the UI shows is private.</summary>
    /// <remarks>Called once per sign-in; a UI that reconnects shows the session id it was given. Hash comparison and throttling are the application's.</remarks>
    public Func<string, string, CancellationToken, ValueTask<bool>>? Authenticate { get; set; }

    /// <summary>True: the UI shows and changes nothing. Default false: it may emit events, move sockets between rooms and disconnect them.</summary>
    public bool IsReadOnly { get; set; }

    /// <summary>How much is told. Default <see cref="AdminDetail.Sockets"/>.</summary>
    public AdminDetail Detail { get; set; } = AdminDetail.Sockets;

    /// <summary>What this node is called in the UI. Default: the machine's name and the process id.</summary>
    public string ServerId { get; set; } = $"{Environment.MachineName}#{Environment.ProcessId}";

    /// <summary>How often figures are sent. 100 ms to 1 minute; default 2 s, which the UI expects.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Most sockets told to a UI when it connects, so that one screen cannot ask for everything. 1 to 1,000,000; default 10,000.</summary>
    public int MaxSocketsShown { get; set; } = 10_000;

    internal void Check()
    {
        if (!Enum.IsDefined(Detail))
            throw new InvalidOperationException($"{nameof(AdminOptions)}.{nameof(Detail)} must be Figures, Sockets or Events, but is {Detail}.");
        if (Authenticate is null)
            throw new InvalidOperationException($"{nameof(AdminOptions)}.{nameof(Authenticate)} must be set.");
        if (Interval < TimeSpan.FromMilliseconds(100) || Interval > TimeSpan.FromMinutes(1))
            throw new InvalidOperationException($"{nameof(AdminOptions)}.{nameof(Interval)} must be between 100 ms and 1 minute, but is {Interval}.");
        if (MaxSocketsShown is < 1 or > 1_000_000)
            throw new InvalidOperationException($"{nameof(AdminOptions)}.{nameof(MaxSocketsShown)} must be between 1 and 1000000, but is {MaxSocketsShown}.");
    }
}

namespace Stoa.SocketIO.Sql;

/// <summary>What is done from time to time: to say that this node lives, and to see who else does.</summary>
internal sealed partial class SqlNode
{
    private const int TrimEvery = 10;

    // Longer than a writer tries. What was written and is not read by then never is: whoever waits for it must not.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    // Without recovery rows only have to outlast a reader's short absence.
    private static readonly TimeSpan ShortLife = TimeSpan.FromMinutes(1);
    private Task _beating = Task.CompletedTask;
    private volatile bool _alone;
    private volatile object? _heardAt;

    /// <summary>No other node was heard: what is only for others need not be written.</summary>
    public bool IsAlone => _alone;

    private async Task KeepBeatingAsync()
    {
        using var timer = new PeriodicTimer(Options.Heartbeat, Clock);
        for (var beat = 1L; await NextAsync(timer); beat++)
        {
            try
            {
                GiveUpAfter(LongestWait);
                await BeatAsync(_stop.Token);
                Writer.Mend();
                if (beat % TrimEvery == 0)
                    await TrimAsync();
                foreach (var (_, space) in _spaces)
                    space.RefreshSessions();
            }
#pragma warning disable CA1031 // Whatever it is: a node that says nothing any more would count as dead.
            catch (Exception e)
#pragma warning restore CA1031
            {
                // Reader and writer say that the database is away. Others may be there, unheard.
                Heard();
                if (!IsLoss(e))
                    SqlLog.RequestFailed(Log, e, "heartbeat");
            }
        }
    }

    private void GiveUpAfter(TimeSpan time)
    {
        foreach (var (name, space) in _spaces)
        {
            try
            {
                space.GiveUpAfter(time);
            }
#pragma warning disable CA1031 // The edge.
            catch (Exception e)
#pragma warning restore CA1031
            {
                SqlLog.RowFailed(Log, e, name);
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task BeatAsync(CancellationToken cancellation)
    {
        var living = await RunAsync(
            async (connection, stop) =>
            {
                foreach (var (name, _) in _spaces)
                    await Tables.BeatAsync(connection, Id, name, stop);
                return await Tables.CountNodesAsync(connection, null, NodeLife, stop);
            },
            cancellation);
        if (living > 1)
            Heard();
        else if (_heardAt is not long last || Clock.GetElapsedTime(last) > Options.NodeLife * 2)
            _alone = true;
    }

    // A count may be older than the row that was just read: being alone again needs a long silence.
    private void Heard()
    {
        _heardAt = Clock.GetTimestamp();
        _alone = false;
    }

    private Task TrimAsync()
    {
        var keep = _server.Recovery?.MaxDisconnection * 2 ?? ShortLife;
        return TryAsync((c, t) => Tables.TrimAsync(c, (long)keep.TotalMilliseconds, _server.Recovery?.MaxPackets ?? Options.MaxWaitingRows * 10L, NodeLife, t), "trim");
    }
}

using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Adapters;

/// <summary>
/// Gathers the answers to one broadcast or server-side emit. It is complete when every server has told how many receivers it has and that many
/// answers are there, or when the time is up, whichever comes first.
/// </summary>
/// <remarks>Thread-safe. What arrives after completion is ignored.</remarks>
public sealed class AckCollector
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<bool> _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<SocketArguments> _answers = [];
    private readonly TimerWheel _wheel;
    private readonly Deadline _deadline;
    private int _servers = -1;
    private int _serversHeard;
    private int _receivers;

    internal AckCollector(TimerWheel wheel, TimeSpan timeout)
    {
        _wheel = wheel;
        _deadline = new Deadline(this);
        wheel.Schedule(_deadline, wheel.Now + (long)timeout.TotalMilliseconds);
    }

    /// <summary>Ends when complete: true when all answered, false when the time was up first.</summary>
    public Task<bool> Completion => _complete.Task;

    /// <summary>The answers so far, in order of arrival.</summary>
    public IReadOnlyList<SocketArguments> Answers
    {
        get
        {
            lock (_gate)
                return [.. _answers];
        }
    }

    /// <summary>How many servers will call <see cref="AddReceivers"/>, this one included if it does.</summary>
    public void ExpectServers(int count)
    {
        lock (_gate)
            _servers = count;
        Check();
    }

    /// <summary>One server's number of receivers, possibly 0. Called once per server.</summary>
    public void AddReceivers(int count)
    {
        lock (_gate)
        {
            _serversHeard++;
            _receivers += count;
        }

        Check();
    }

    /// <summary>One receiver's answer.</summary>
    public void Add(SocketArguments answer)
    {
        lock (_gate)
        {
            if (_complete.Task.IsCompleted)
                return;
            _answers.Add(answer);
        }

        Check();
    }

    private void Check()
    {
        lock (_gate)
        {
            if (_servers < 0 || _serversHeard < _servers || _answers.Count < _receivers)
                return;
        }

        if (_complete.TrySetResult(true))
            _wheel.Cancel(_deadline);
    }

    private sealed class Deadline(AckCollector collector) : TimerWheel.Entry
    {
        protected internal override void OnDue(long now) => collector._complete.TrySetResult(false);
    }
}

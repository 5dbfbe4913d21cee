using Stoa.Conformance.Redis;

namespace Stoa.Conformance.Adapters;

/// <summary>Two nodes for all tests of a class: one in this process, the other in one of its own. They start with the first test, which is skipped when it cannot be.</summary>
public abstract class TwoProcesses : IAsyncDisposable
{
    private TestServer? _here;
    private HostProcess? _there;

    public async Task<Nodes> NodesAsync()
    {
        if (_here is null || _there is null)
            (_here, _there) = await StartAsync();
        return new Nodes(_here, _there, recovers: true);
    }

    /// <summary>With recovery, because the host has it on as one of several nodes.</summary>
    protected abstract Task<(TestServer Here, HostProcess There)> StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_here is not null)
            await _here.DisposeAsync();
        if (_there is not null)
            await _there.DisposeAsync();
    }
}

/// <summary>What clients of two processes see.</summary>
public abstract class TwoProcessBehaviour<T>(T processes) : WireBehaviour, IClassFixture<T>
    where T : TwoProcesses
{
    protected sealed override Task<Nodes> StartAsync() => processes.NodesAsync();
}

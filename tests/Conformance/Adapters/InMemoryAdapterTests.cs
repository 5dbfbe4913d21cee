using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Adapters;

public sealed class InMemoryAdapterTests : AdapterBehaviour
{
    protected override async Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null)
    {
        var only = await TestServer.StartAsync(io, options);
        return new Nodes(only, only, recovers: false);
    }
}

public sealed class RecoveringInMemoryAdapterTests : AdapterBehaviour
{
    protected override async Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null)
    {
        var only = await TestServer.StartAsync(io, o =>
        {
            o.Recovery = new RecoveryOptions();
            options?.Invoke(o);
        });
        return new Nodes(only, only, recovers: true);
    }
}

using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Adapters;

/// <summary>Two servers on a bus in memory: the suite itself holds, whatever Redis does.</summary>
public sealed class BusAdapterTests : AdapterBehaviour
{
    protected override async Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null)
    {
        var bus = new Bus();
        Task<TestServer> NodeAsync() => TestServer.StartAsync(io, o =>
        {
            o.Adapter = (space, _) => new BusAdapter(bus, space);
            options?.Invoke(o);
        });
        return new Nodes(await NodeAsync(), await NodeAsync(), recovers: false);
    }
}

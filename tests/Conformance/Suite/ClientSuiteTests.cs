using Stoa.Conformance.Redis;

namespace Stoa.Conformance.Suite;

/// <summary>
/// The stock JavaScript clients at the host that their own suites expect: what those suites ask of a server, over each transport. The
/// suites themselves are not part of the npm packages; a checkout of them can be pointed at the same host (<c>--clients</c>).
/// </summary>
[Collection(nameof(Alone))]
public sealed class ClientSuiteTests(ClientSuiteTests.Hosts hosts) : IClassFixture<ClientSuiteTests.Hosts>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_Engine_IO_client_meets_what_its_suite_asks_for(bool letsGo) =>
        await Node.RunAsync("engine-client.mjs", await hosts.AddressAsync(letsGo));

    [Theory]
    [InlineData("polling,websocket", true)]
    [InlineData("polling", true)]
    [InlineData("websocket", true)]
    [InlineData("polling,websocket", false)]
    public async Task The_Socket_IO_client_meets_what_its_suite_asks_for(string transports, bool letsGo) =>
        await Node.RunAsync("socket-client.mjs", await hosts.AddressAsync(letsGo), transports);

    /// <summary>One process for each way in which WebSockets reach the network.</summary>
    public sealed class Hosts : IAsyncDisposable
    {
        private readonly Dictionary<bool, HostProcess> _processes = [];

        public async Task<string> AddressAsync(bool letsGo)
        {
            if (!_processes.TryGetValue(letsGo, out var host))
                _processes[letsGo] = host = await HostProcess.StartClientSuiteAsync(letsGo);
            return host.Address.ToString().TrimEnd('/');
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var host in _processes.Values)
                await host.DisposeAsync();
        }
    }
}

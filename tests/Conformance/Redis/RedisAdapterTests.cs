using Microsoft.Extensions.DependencyInjection;
using Stoa.Conformance.Adapters;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Redis;

/// <summary>Starts servers at a Redis, those of one test apart from those of others.</summary>
internal static class RedisNodes
{
    public static string NewPrefix() => $"test-{Guid.NewGuid():N}";

    public static Task<TestServer> NodeAsync(
        string redis, string prefix, RecoveryOptions? recovery = null, Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null, TimeSpan? timeout = null) =>
        TestServer.StartAsync(
            io,
            o =>
            {
                o.Recovery = recovery;
                options?.Invoke(o);
            },
            services: s => s.AddSocketIORedis(redis, o =>
            {
                o.ChannelPrefix = prefix;
                o.RequestsTimeout = timeout ?? o.RequestsTimeout;
            }));

    public static async Task<Nodes> TwoAsync(
        string redis, RecoveryOptions? recovery = null, Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null, string? prefix = null)
    {
        prefix ??= NewPrefix();
        return new Nodes(await NodeAsync(redis, prefix, recovery, io, options), await NodeAsync(redis, prefix, recovery, io, options), recovery is not null);
    }
}

public sealed class RedisAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) =>
        RedisNodes.TwoAsync(RedisServer.Shared(), null, io, options);
}

public sealed class RecoveringRedisAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) =>
        RedisNodes.TwoAsync(RedisServer.Shared(), new RecoveryOptions(), io, options);
}

public sealed class RedisProcessesTests(RedisProcessesTests.Processes processes) : TwoProcessBehaviour<RedisProcessesTests.Processes>(processes)
{
    public sealed class Processes : TwoProcesses
    {
        protected override async Task<(TestServer Here, HostProcess There)> StartAsync()
        {
            var (redis, prefix) = (RedisServer.Shared(), RedisNodes.NewPrefix());
            return (await RedisNodes.NodeAsync(redis, prefix, new RecoveryOptions()), await HostProcess.StartAsync(redis, prefix));
        }
    }
}

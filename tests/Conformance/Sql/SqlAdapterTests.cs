using Stoa.Conformance.Adapters;
using Stoa.Conformance.Redis;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Sql;

public sealed class SqliteAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) => Store.New(postgres: false).TwoAsync(null, io, options);
}

public sealed class RecoveringSqliteAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) =>
        Store.New(postgres: false).TwoAsync(new RecoveryOptions(), io, options);
}

public sealed class PostgresAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) => Store.New(postgres: true).TwoAsync(null, io, options);
}

public sealed class RecoveringPostgresAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io, Action<SocketIOOptions>? options = null) =>
        Store.New(postgres: true).TwoAsync(new RecoveryOptions(), io, options);
}

public sealed class SqliteProcessesTests(SqliteProcessesTests.Processes processes) : TwoProcessBehaviour<SqliteProcessesTests.Processes>(processes)
{
    public sealed class Processes : TwoProcesses
    {
        protected override Task<(TestServer Here, HostProcess There)> StartAsync() => Store.New(postgres: false).TwoProcessesAsync();
    }
}

public sealed class PostgresProcessesTests(PostgresProcessesTests.Processes processes) : TwoProcessBehaviour<PostgresProcessesTests.Processes>(processes)
{
    public sealed class Processes : TwoProcesses
    {
        protected override Task<(TestServer Here, HostProcess There)> StartAsync() => Store.New(postgres: true).TwoProcessesAsync();
    }
}

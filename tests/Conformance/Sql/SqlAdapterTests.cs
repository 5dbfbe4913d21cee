using Stoa.Conformance.Adapters;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Sql;

public sealed class SqliteAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null) => Store.New(postgres: false).TwoAsync(null, io, options);
}

public sealed class RecoveringSqliteAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null) =>
        Store.New(postgres: false).TwoAsync(new RecoveryOptions(), io, options);
}

public sealed class PostgresAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null) => Store.New(postgres: true).TwoAsync(null, io, options);
}

public sealed class RecoveringPostgresAdapterTests : AdapterBehaviour
{
    protected override Task<Nodes> StartAsync(Action<SocketIOBuilder>? io = null, Action<SocketIOOptions>? options = null) =>
        Store.New(postgres: true).TwoAsync(new RecoveryOptions(), io, options);
}

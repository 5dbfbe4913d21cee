using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Stoa.SocketIO.Sql;

/// <summary>This process at the log: one writer, one reader and one heartbeat for all namespaces.</summary>
internal sealed partial class SqlNode : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, SqlAdapter> _spaces = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Greeting _greeting;
    private readonly CancellationTokenSource _stop = new();
    private readonly SocketIOOptions _server;
    private TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started;
    private bool _stopped;
    private long _numbers;

    public SqlNode(IOptions<SqlAdapterOptions> options, IOptions<SocketIOOptions> server, TimeProvider clock, SqlMetrics metrics, ILoggerFactory logs)
    {
        Options = options.Value;
        _server = server.Value;
        Clock = clock;
        Metrics = metrics;
        Log = logs.CreateLogger("Stoa.SocketIO.Sql");
        Dialect = Options.Dialect!;
        Tables = new SqlTables(Dialect, Options.TablePrefix);
        Writer = new LogWriter(this);
        Reader = new LogReader(this);
        _greeting = new Greeting(this);
    }

    public string Id { get; } = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));

    public SqlAdapterOptions Options { get; }

    public SqlDialect Dialect { get; }

    public SqlTables Tables { get; }

    public TimeProvider Clock { get; }

    public SqlMetrics Metrics { get; }

    public ILogger Log { get; }

    public LogWriter Writer { get; }

    public LogReader Reader { get; }

    public long NodeLife => (long)Options.NodeLife.TotalMilliseconds;

    /// <summary>Ends when this node has written something.</summary>
    public Task Woken => Volatile.Read(ref _woken).Task;

    /// <summary>Whether an exception says that the database, or the way to it, is not there.</summary>
    public static bool IsLoss(Exception e) => e is DbException or IOException or TimeoutException or OperationCanceledException or System.Net.Sockets.SocketException or InvalidOperationException;

    /// <summary>Of an event, unlike all others of this node, those of adapters that have ended included. Never <see cref="SqlRow.Late"/>.</summary>
    public long NextNumber() => Interlocked.Increment(ref _numbers);

    public void Wake() => Interlocked.Exchange(ref _woken, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>A namespace begins: the tables are there, others know it, and it hears them.</summary>
    public async Task StartAsync(SqlAdapter space, string name, CancellationToken cancellation)
    {
        var isFirst = false;
        await _gate.WaitAsync(cancellation);
        try
        {
            if (!_started)
            {
                isFirst = true;
                await Reader.StartAsync(cancellation);
                Writer.Start();
                _started = true;
            }

            // One that is about to end has the name: what it waits for comes back to it first.
            if (_spaces.TryGetValue(name, out var earlier))
                await earlier.CloseAsync().WaitAsync(cancellation);
            _spaces[name] = space;
            await BeatAsync(cancellation);
            if (_beating.IsCompleted)
                _beating = Task.Run(KeepBeatingAsync, CancellationToken.None);
        }
        finally
        {
            _gate.Release();
        }

        if (isFirst)
            await _greeting.SayAsync(name, cancellation);
    }

    /// <summary>A namespace ends; with the last one the node does.</summary>
    public async Task StopAsync(SqlAdapter space, string name)
    {
        await _gate.WaitAsync();
        try
        {
            // One that came later may have the name.
            if (!_spaces.TryRemove(new KeyValuePair<string, SqlAdapter>(name, space)))
                return;
            await TryAsync((c, t) => Tables.ForgetNodeAsync(c, Id, name, t), "stop");
        }
        finally
        {
            _gate.Release();
        }

        if (_spaces.IsEmpty)
            await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_started || _stopped)
            return;
        _stopped = true;
        await _stop.CancelAsync();
        await _beating;
        await Writer.StopAsync();
        await Reader.DisposeAsync();
        await TryAsync((c, t) => Tables.ForgetNodeAsync(c, Id, null, t), "stop");
    }

    /// <summary>Hands a row on. Never throws: one bad row must not stop the log.</summary>
    public void Handle(SqlRow row)
    {
        if (row.Node != Id)
            Heard();
        if (row.Kind == RowKind.Hello && row.Node != Id)
            Writer.TryAdd(new LogWrite(new SqlRow(0, row.Space, Id, row.Node, RowKind.Welcome, 0, []), null, null));
        else if (row.Kind == RowKind.Welcome)
            _greeting.Answered(row.Node);
        if (!_spaces.TryGetValue(row.Space, out var space))
            return;
        try
        {
            space.Handle(row);
        }
#pragma warning disable CA1031 // The edge.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SqlLog.RowFailed(Log, e, row.Space);
        }
    }

    /// <summary>Nobody reads back what was written: whoever waits for that must not.</summary>
    public void GiveUpAll() => GiveUpAfter(TimeSpan.Zero);

    /// <summary>Runs on a connection of its own, for as long as others' answers are waited for.</summary>
    public async Task<T> UseAsync<T>(Func<DbConnection, CancellationToken, Task<T>> use)
    {
        using var patience = new CancellationTokenSource(Options.RequestsTimeout, Clock);
        return await RunAsync(use, patience.Token);
    }

    /// <summary>Runs on a connection of its own.</summary>
    public Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> use, CancellationToken cancellation) => Dialect.RunAsync(async () =>
    {
        await using var connection = await Dialect.OpenAsync(cancellation);
        return await use(connection, cancellation);
    });

    private async Task TryAsync(Func<DbConnection, CancellationToken, Task> use, string operation)
    {
        try
        {
            await UseAsync(async (c, t) =>
            {
                await use(c, t);
                return true;
            });
        }
        catch (Exception e) when (IsLoss(e))
        {
            SqlLog.RequestFailed(Log, e, operation);
        }
    }
}

using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.Sql;

/// <summary>Something to be written in the next transaction: a row of the log, or a change of a session.</summary>
/// <param name="Session">Runs on the connection of the transaction; null for a row.</param>
/// <param name="Done">Told whether it is durable, in the order of writing; must not block.</param>
internal sealed record LogWrite(SqlRow? Row, Func<DbConnection, CancellationToken, Task>? Session, Action<bool>? Done);

/// <summary>
/// The one writer of a node. It takes what is waiting and commits it in one transaction, so that an event costs a share of a commit. While the
/// database is away it refuses at once and tries again every second.
/// </summary>
internal sealed class LogWriter(SqlNode node)
{
    private const int BatchSize = 64;
    private static readonly TimeSpan CommitPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestBreak = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);
    private readonly Channel<LogWrite> _queue = Channel.CreateUnbounded<LogWrite>(new UnboundedChannelOptions { SingleReader = true });
    private DbConnection? _connection;
    private Task _running = Task.CompletedTask;
    private long? _away;
    private int _waiting;
    private bool _isFresh;
    private bool _inDoubt;
    private long _missing;
    private long _marked;

    /// <summary>How many events are missing in the log; null while the mark that says so is not there yet.</summary>
    public long? Missing
    {
        get
        {
            var marked = Interlocked.Read(ref _marked);
            return Interlocked.Read(ref _missing) == marked ? marked : null;
        }
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Writes what is waiting, then ends.</summary>
    public async Task StopAsync()
    {
        _queue.Writer.TryComplete();
        await _running;
        await DropConnectionAsync();
    }

    /// <summary>Events went out that are not in the log: who may have missed them must not be told that nothing is missing.</summary>
    public void Break() => Interlocked.Increment(ref _missing);

    /// <summary>Writes the mark when it is due, also when nothing else is to be written.</summary>
    public void Mend()
    {
        if (Missing is null)
            TryAdd(new LogWrite(null, null, null));
    }

    /// <summary>False when too many wait, or the node has stopped.</summary>
    public bool TryAdd(LogWrite write)
    {
        if (Interlocked.Increment(ref _waiting) <= node.Options.MaxWaitingRows && _queue.Writer.TryWrite(write))
            return true;
        Interlocked.Decrement(ref _waiting);
        return false;
    }

    /// <summary>Ends, with true, when everything added before was written or refused.</summary>
    public async Task<bool> FlushAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (TryAdd(new LogWrite(null, null, _ => done.TrySetResult())))
            await done.Task;
        return true;
    }

    private async Task RunAsync()
    {
        var batch = new List<LogWrite>(BatchSize);
        while (await _queue.Reader.WaitToReadAsync())
        {
            while (batch.Count < BatchSize && _queue.Reader.TryRead(out var write))
                batch.Add(write);
            Interlocked.Add(ref _waiting, -batch.Count);
            var start = node.Clock.GetTimestamp();
            var durable = await TryCommitAsync(batch);
            var taken = node.Clock.GetElapsedTime(start);
            if (durable)
                node.Wake();
            foreach (var write in batch)
                Tell(write, durable);
            batch.Clear();
            // Whoever waits for the file looks again at times of its own: one that commits without a break would starve all others.
            if (node.Dialect.MustGiveWay && !node.IsAlone)
                await Task.Delay(taken < LongestBreak ? taken : LongestBreak, node.Clock);
        }
    }

    private void Tell(LogWrite write, bool durable)
    {
        try
        {
            write.Done?.Invoke(durable);
        }
#pragma warning disable CA1031 // It must not end the node's only writer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SqlLog.RowFailed(node.Log, e, write.Row?.Space ?? "");
        }
    }

    private async Task<bool> TryCommitAsync(List<LogWrite> batch)
    {
        if (_away is { } since && node.Clock.GetElapsedTime(since) < RetryPause)
            return Failed(batch);
        var loss = await TryOnceAsync(batch);
        // The connection was cut since the last commit, and this batch has not been asked to be committed: it goes over a new one. One whose commit
        // is in doubt does not, or others would get it twice.
        if (loss is not null && !_isFresh && !_inDoubt)
            loss = await TryOnceAsync(batch);
        if (loss is null)
        {
            if (_away is not null)
                SqlLog.Restored(node.Log, "write");
            _away = null;
            return true;
        }

        if (_away is null)
            SqlLog.Lost(node.Log, loss, "write");
        node.Metrics.Lost();
        _away = node.Clock.GetTimestamp();
        return Failed(batch);
    }

    /// <summary>What went wrong; null when it is durable.</summary>
    private async Task<Exception?> TryOnceAsync(List<LogWrite> batch)
    {
        (_isFresh, _inDoubt) = (_connection is null, false);
        try
        {
            using var patience = new CancellationTokenSource(CommitPatience, node.Clock);
            await node.Dialect.RunAsync(() => CommitAsync(batch, patience.Token));
            return null;
        }
#pragma warning disable CA1031 // Whatever it is: the node's only writer goes on, and the batch counts as failed.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await DropConnectionAsync();
            return e;
        }
    }

    private bool Failed(List<LogWrite> batch)
    {
        node.Metrics.Dropped(batch.Count(static w => w.Row is not null));
        return false;
    }

    /// <summary>How many rows it wrote.</summary>
    private async Task<int> CommitAsync(List<LogWrite> batch, CancellationToken cancellation)
    {
        var rows = batch.Where(static w => w.Row is not null).Select(static w => w.Row!).ToList();
        // Events given up from here on are behind this mark, and get one of their own.
        var missing = Interlocked.Read(ref _missing);
        if (missing != _marked)
            rows.Insert(0, SqlRow.Mark(node.Id));
        _connection ??= await node.Dialect.OpenAsync(cancellation);
        await using var transaction = await node.Dialect.BeginAsync(_connection, cancellation);
        foreach (var write in batch)
        {
            if (write.Session is { } session)
                await session(_connection, cancellation);
        }

        if (rows.Count > 0)
            await node.Tables.AppendAsync(_connection, rows, cancellation);
        _inDoubt = true;
        await transaction.CommitAsync(cancellation);
        Interlocked.Exchange(ref _marked, missing);
        node.Metrics.Written(rows.Count);
        return rows.Count;
    }

    private async Task DropConnectionAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        try
        {
            await connection.DisposeAsync();
        }
#pragma warning disable CA1031 // It is gone already.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}

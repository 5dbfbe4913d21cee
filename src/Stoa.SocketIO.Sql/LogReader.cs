using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.Sql;

/// <summary>
/// The one reader of a node: every row of the log that is for it, in order, own ones included. After a loss it goes on with the last one seen, so
/// the gap closes from the record.
/// </summary>
internal sealed class LogReader(SqlNode node) : IAsyncDisposable
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);

    // PostgreSQL announces rows; this only bounds what a lost announcement costs.
    private static readonly TimeSpan ListenPatience = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly List<(long Id, TaskCompletionSource Reached)> _waiting = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;
    private string? _epoch;
    private long _last;
    private string? _lastSign;
    private bool _away;

    /// <summary>Which log is read; null before the first row could be.</summary>
    public string? Epoch => Volatile.Read(ref _epoch);

    /// <summary>Ends when it listens; throws when the database is not there.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        _running = Task.Run(RunAsync, CancellationToken.None);
        await _started.Task.WaitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    /// <summary>Ends when everything up to this row was handed on.</summary>
    /// <exception cref="TimeoutException">It takes too long.</exception>
    public Task PassAsync(long id, TimeSpan patience)
    {
        TaskCompletionSource reached;
        lock (_gate)
        {
            if (_last >= id)
                return Task.CompletedTask;
            reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((id, reached));
        }

        return reached.Task.WaitAsync(patience, node.Clock);
    }

    /// <summary>Whether this log still holds what was read last. One that came back without its end does not, and that may not have been noticed yet.</summary>
    public async Task<bool> IsInAsync(DbConnection connection, CancellationToken cancellation)
    {
        long last;
        string? sign;
        lock (_gate)
            (last, sign) = (_last, _lastSign);
        return sign == await node.Tables.SignAsync(connection, last, cancellation);
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var listening = await node.Dialect.ListenAsync(node.Options.TablePrefix, _stop.Token);
                await using var connection = await node.Dialect.RunAsync(BeginAsync);
                while (true)
                    await ReadAsync(connection, listening);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it is: the node's only reader goes on, over new connections.
            catch (Exception e)
#pragma warning restore CA1031
            {
                await LostAsync(e);
            }
        }
    }

    private async Task LostAsync(Exception loss)
    {
        // A database that is not there stops the start.
        if (_started.TrySetException(loss))
        {
            await _stop.CancelAsync();
            return;
        }

        if (!_away)
            SqlLog.Lost(node.Log, loss, "read");
        _away = true;
        node.Metrics.Lost();
        node.GiveUpAll();
        await Task.Delay(RetryPause, node.Clock, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<DbConnection> BeginAsync()
    {
        var connection = await node.Dialect.OpenAsync(_stop.Token);
        try
        {
            await BeginAsync(connection);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task BeginAsync(DbConnection connection)
    {
        await node.Tables.CreateAsync(connection, _stop.Token);
        var epoch = await node.Tables.EpochAsync(connection, _stop.Token);
        var sign = await node.Tables.SignAsync(connection, _last, _stop.Token);
        if (epoch != _epoch || sign != _lastSign)
            epoch = await ResumeAsync(connection, epoch, sign);
        Volatile.Write(ref _epoch, epoch);
        if (_away)
            SqlLog.Restored(node.Log, "read");
        _away = false;
        _started.TrySetResult();
    }

    /// <summary>This is not the log that was read, or it does not hold any more what was read last.</summary>
    /// <returns>Which log it is from now on.</returns>
    private async Task<string> ResumeAsync(DbConnection connection, string epoch, string? sign)
    {
        if (_epoch is not null)
            SqlLog.Trimmed(node.Log);
        if (epoch == _epoch)
        {
            var mark = await AppendMarkAsync(connection);
            // Only a beginning of it is gone.
            if (sign is null && mark > _last)
                return epoch;
            // Its end is, as in a replica that was behind and took over: ids are given again, and offsets would name other events than before.
            epoch = await node.Tables.RenewEpochAsync(connection, epoch, _stop.Token);
        }

        var last = await node.Tables.LastAsync(connection, _stop.Token);
        Passed(last, await node.Tables.SignAsync(connection, last, _stop.Token));
        // Their rows may be among those that are passed over, or gone.
        node.GiveUpAll();
        return epoch;
    }

    /// <summary>Who may have missed what is gone must not be told that nothing is missing. Returns the mark's id.</summary>
    private async Task<long> AppendMarkAsync(DbConnection connection)
    {
        await using var transaction = await node.Dialect.BeginAsync(connection, _stop.Token);
        await node.Tables.AppendAsync(connection, [SqlRow.Mark(node.Id)], _stop.Token);
        var id = await node.Tables.LastAsync(connection, _stop.Token);
        await transaction.CommitAsync(_stop.Token);
        return id;
    }

    private async Task ReadAsync(DbConnection connection, DbConnection? listening)
    {
        var woken = node.Woken;
        var rows = await node.Tables.ReadAsync(connection, _last, node.Id, _stop.Token);
        foreach (var row in rows)
            node.Handle(row);
        if (rows.Count > 0)
        {
            node.Metrics.Read(rows.Count);
            Passed(rows[^1].Id, rows[^1].Sign);
            await node.Dialect.HeardAsync(listening, _stop.Token);
            return;
        }

        var patience = node.Dialect is SqliteDialect ? node.Options.PollInterval : ListenPatience;
        await node.Dialect.WaitAsync(listening, woken, patience, node.Clock, _stop.Token);
    }

    private void Passed(long id, string? sign)
    {
        lock (_gate)
        {
            (_last, _lastSign) = (id, sign);
            foreach (var (wanted, reached) in _waiting)
            {
                if (wanted <= id)
                    reached.TrySetResult();
            }

            _waiting.RemoveAll(w => w.Id <= id);
        }
    }
}

using System.Collections.Concurrent;
using System.Globalization;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Sql;

/// <summary>Connection state recovery from the log.</summary>
public sealed partial class SqlAdapter
{
    private static readonly TimeSpan ReaderPatience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<long, PendingEvent> _pending = new();
    private readonly Lock _order = new();
    private readonly SessionStore? _sessions;
    private Task _lastPending = Task.CompletedTask;
    private bool _closed;
    private long _refreshed;

    private sealed record PendingEvent(SocketPacket Packet, BroadcastOptions Options, long Since)
    {
        public TaskCompletionSource Delivered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <inheritdoc/>
    public override bool Recovers => _sessions is not null;

    /// <inheritdoc/>
    public override async ValueTask SaveSessionAsync(SavedSession session)
    {
        if (_sessions is not null)
            await _sessions.SaveAsync(session);
    }

    /// <inheritdoc/>
    public override async ValueTask ForgetSessionAsync(string privateId)
    {
        if (_sessions is not null)
            await _sessions.ForgetAsync(privateId);
    }

    /// <summary>Takes a saved session away, so that no second client can, on no node; null when there is none, or the database is away.</summary>
    public override async ValueTask<SavedSession?> TakeSessionAsync(string privateId)
    {
        try
        {
            if (_sessions is null || await _sessions.TakeAsync(privateId) is not { } session)
                return null;
            // Another node may be ahead: what the client got there must have passed here before its socket is in its rooms, or it would come again.
            var last = await _node.UseAsync((c, t) => _node.Tables.LastForAsync(c, _node.Id, t));
            await _node.Reader.PassAsync(last, ReaderPatience);
            return session;
        }
        catch (Exception e) when (SqlNode.IsLoss(e))
        {
            SqlLog.RequestFailed(_log, e, "take session");
            return null;
        }
    }

    /// <inheritdoc/>
    /// <remarks>Null, too, when events were delivered without being in the log, because the database was away.</remarks>
    public override async ValueTask<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SavedSession session, string offset)
    {
        if (_sessions is null || _node.Writer.Missing is not { } missing || Number(offset) is not { } from)
            return null;
        try
        {
            var missed = new List<SocketPacket>();
            if (await _node.UseAsync((c, t) => ReadMissedAsync(c, session, from, missed, t)) is not { } last)
                return null;
            // What was read must not come again: the reader passes it while the socket still holds what it gets.
            await _node.Reader.PassAsync(last, ReaderPatience);
            return _node.Writer.Missing == missing ? missed : null;
        }
        catch (Exception e) when (SqlNode.IsLoss(e))
        {
            SqlLog.RequestFailed(_log, e, "read missed events");
            return null;
        }
    }

    /// <inheritdoc/>
    protected override void OnSessionChanged(Socket socket) => _sessions?.Keep(() => SessionOf(socket));

    /// <summary>Writes live sessions again before they end, when it is time.</summary>
    internal void RefreshSessions()
    {
        if (_sessions is null || (_refreshed != 0 && _node.Clock.GetElapsedTime(_refreshed) < _sessions.RefreshInterval))
            return;
        _refreshed = _node.Clock.GetTimestamp();
        foreach (var socket in Namespace.LocalSockets())
            OnSessionChanged(socket);
    }

    /// <summary>Delivers what waits for the log without it.</summary>
    internal void GiveUpAll() => GiveUpAfter(TimeSpan.Zero);

    /// <summary>Delivers without the log what has waited for it for so long.</summary>
    internal void GiveUpAfter(TimeSpan time)
    {
        foreach (var (number, pending) in _pending.OrderBy(static p => p.Key))
        {
            if (_node.Clock.GetElapsedTime(pending.Since) >= time)
                GiveUp(number);
        }
    }

    /// <summary>Ends when everything emitted so far was delivered. What is emitted from now on waits for nothing.</summary>
    internal Task CloseAsync()
    {
        lock (_order)
        {
            _closed = true;
            return _lastPending;
        }
    }

    private static bool IsFor(BroadcastOptions meant, SavedSession session)
    {
        bool In(string room) => room == session.Id || session.Rooms.Contains(room);
        return (meant.Rooms.Count == 0 || meant.Rooms.Any(In)) && !meant.Except.Any(In);
    }

    /// <summary>The last id looked at; null when something is missing.</summary>
    private async Task<long?> ReadMissedAsync(System.Data.Common.DbConnection connection, SavedSession session, long from, List<SocketPacket> missed, CancellationToken cancellation)
    {
        // A beginning of the log is deleted, never a part: what is still there has everything after it.
        var start = from;
        if (!await _node.Tables.HoldsAsync(connection, start, cancellation) || !await _node.Reader.IsInAsync(connection, cancellation))
            return null;
        while (true)
        {
            var rows = await _node.Tables.ReadEventsAsync(connection, from, Namespace.Name, cancellation);
            foreach (var row in rows)
            {
                from = row.Id;
                if (row.Kind == RowKind.Mark)
                    return null;
                var message = SqlMessage.Read(row.Body);
                var options = message.Options();
                if (IsFor(options, session) && (!options.Local || _sessions!.WasOn(session, row.Node)))
                    missed.Add(message.Packet(Namespace.Name).WithOffset(Offset(row.Id)));
            }

            // It may have been deleted while the rest was read, and a part of that with it.
            if (rows.Count == 0)
                return await _node.Tables.HoldsAsync(connection, start, cancellation) ? from : null;
        }
    }

    private async Task AppendAsync(SocketPacket packet, BroadcastOptions options)
    {
        var body = SqlMessage.Write(json =>
        {
            SqlMessage.WriteOptions(json, options);
            SqlMessage.WriteData(json, packet.Utf8Json, packet.Attachments);
        });
        var pending = new PendingEvent(packet, options, _node.Clock.GetTimestamp());
        long number;
        bool accepted;
        lock (_order)
        {
            if (_closed)
            {
                AppendLate(body);
                return;
            }

            number = _node.NextNumber();
            _pending[number] = pending;
            _lastPending = pending.Delivered.Task;
            accepted = _node.Writer.TryAdd(new LogWrite(Event(number, body), null, durable =>
            {
                if (!durable)
                    GiveUp(number);
            }));
        }

        if (!accepted)
            GiveUp(number);
        await pending.Delivered.Task;
    }

    // Nothing comes back to this adapter, whose sockets are gone. Other nodes get it, and here a namespace that has the name now.
    private void AppendLate(byte[] body)
    {
        if (!_node.Writer.TryAdd(new LogWrite(Event(SqlRow.Late, body), null, durable =>
            {
                if (!durable)
                    _node.Writer.Break();
            })))
            _node.Writer.Break();
    }

    private SqlRow Event(long number, byte[] body) => new(0, Namespace.Name, _node.Id, null, RowKind.Event, number, body);

    private void GiveUp(long number)
    {
        if (!_pending.TryRemove(number, out var pending))
            return;
        _node.Writer.Break();
        DeliverLocally(pending.Packet, pending.Options);
        pending.Delivered.TrySetResult();
    }

    private void OnEvent(SqlRow row)
    {
        var own = row.Node == _node.Id;
        // An own event that was given up, or whose commit was in doubt, has been delivered.
        PendingEvent? pending = null;
        if (own && row.Number != SqlRow.Late && !_pending.TryRemove(row.Number, out pending))
            return;
        var message = SqlMessage.Read(row.Body);
        var options = message.Options();
        if (own || !options.Local)
        {
            var packet = message.Packet(Namespace.Name);
            DeliverLocally(Recovers ? packet.WithOffset(Offset(row.Id)) : packet, options);
        }

        pending?.Delivered.TrySetResult();
    }

    /// <summary>What was emitted before goes first.</summary>
    private ValueTask SettleAsync()
    {
        lock (_order)
            return new ValueTask(_lastPending);
    }

    private string Offset(long id) => string.Create(CultureInfo.InvariantCulture, $"{_node.Reader.Epoch}-{id:D12}");

    private long? Number(string offset) =>
        _node.Reader.Epoch is { } epoch && offset.Length > epoch.Length + 1 && offset.StartsWith(epoch, StringComparison.Ordinal) && offset[epoch.Length] == '-'
        && long.TryParse(offset.AsSpan(epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;
}

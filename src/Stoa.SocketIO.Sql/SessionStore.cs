using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.SocketIO.Sql;

/// <summary>
/// The sessions of one namespace. They are kept while they live, so that a killed process loses none: written when a socket connects or its rooms
/// change, and refreshed. A session that is live on a living node is not given away.
/// </summary>
internal sealed class SessionStore(SqlNode node, string space, RecoveryOptions options, JsonSerializerOptions json)
{
    // The server makes ids of 20 characters; others are not worth a query.
    private const int IdLength = 20;

    // The reference keeps a session that long after its end; a live one must last until its node is known to be dead and the client is back.
    private const double LiveFactor = 1.5;
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(100);
    private readonly ConditionalWeakTable<SavedSession, string> _takenFrom = [];

    /// <summary>How often live sessions must be written again.</summary>
    public TimeSpan RefreshInterval => options.MaxDisconnection / 2;

    /// <summary>Writes a live session with the next transaction. What it is then counts, so repeated calls cost little.</summary>
    /// <param name="now">Null when the socket has gone meanwhile.</param>
    public void Keep(Func<SavedSession?> now) => node.Writer.TryAdd(new LogWrite(
        null,
        async (connection, cancellation) =>
        {
            if (now() is { } session && BodyOrNull(session) is { } body)
                await node.Tables.SaveSessionAsync(connection, session.PrivateId, space, node.Id, live: true, Life(LiveFactor), body, cancellation);
        },
        null));

    /// <exception cref="IOException">It could not be saved.</exception>
    public Task SaveAsync(SavedSession session)
    {
        var body = Body(session);
        return WriteAsync((connection, cancellation) => node.Tables.SaveSessionAsync(connection, session.PrivateId, space, node.Id, live: false, Life(1), body, cancellation));
    }

    /// <exception cref="IOException">It could not be deleted.</exception>
    public Task ForgetAsync(string privateId) => WriteAsync((connection, cancellation) => node.Tables.DeleteSessionAsync(connection, privateId, space, node.Id, cancellation));

    /// <summary>
    /// Makes a session this node's. One that is live is waited for: until its node has saved its end, or was heard again after two heartbeats, then it is not
    /// given, or is dead, after five.
    /// </summary>
    public async Task<SavedSession?> TakeAsync(string privateId)
    {
        if (privateId.Length != IdLength || !privateId.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return null;
        var start = node.Clock.GetTimestamp();
        var flushed = false;
        long? seen = null;
        while (true)
        {
            if (await node.UseAsync((c, t) => node.Tables.TakeSessionAsync(c, privateId, space, node.Id, node.NodeLife, Life(LiveFactor), t)) is { } taken)
                return Read(privateId, taken.Was, taken.Body);
            var owner = await node.UseAsync((c, t) => node.Tables.OwnerAsync(c, privateId, space, t));
            if (!flushed && (owner is null || owner.Value.Node == node.Id))
            {
                // Its beginning, or its end, may be on its way.
                flushed = await node.Writer.FlushAsync();
                continue;
            }

            var waited = node.Clock.GetElapsedTime(start);
            if (owner is not { } live || live.Node == node.Id || waited > node.Options.NodeLife * 2)
                return null;
            // Its node lives. If it has noticed the loss, the end of the session is on its way and had time to arrive.
            if (live.Seen > (seen ?? long.MaxValue) && waited > node.Options.Heartbeat * 2)
                return null;
            seen ??= live.Seen;
            await Task.Delay(AskAgain, node.Clock);
        }
    }

    /// <summary>Whether the session was on this node when it was lost; events of a node for its own sockets alone are for such sessions.</summary>
    public bool WasOn(SavedSession session, string other) => _takenFrom.TryGetValue(session, out var was) && was == other;

    private async Task WriteAsync(Func<DbConnection, CancellationToken, Task> write)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!node.Writer.TryAdd(new LogWrite(null, write, durable => done.TrySetResult(durable))) || !await done.Task)
            throw new IOException("The database of the log is away.");
    }

    // In the transaction of others' rows, which must not fail because of what the application has put into one socket.
    private byte[]? BodyOrNull(SavedSession session)
    {
        try
        {
            return Body(session);
        }
#pragma warning disable CA1031 // The fault of the application's types; it is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SqlLog.SessionNotKept(node.Log, e, space);
            return null;
        }
    }

    private long Life(double factor) => (long)(options.MaxDisconnection.TotalMilliseconds * factor);

    private byte[] Body(SavedSession session) => SqlMessage.Write(body =>
    {
        body.WriteString("sid"u8, session.Id);
        SqlMessage.WriteNames(body, "rooms", session.Rooms);
        body.WritePropertyName("data"u8);
        SocketDetailsJson.WriteData(body, session.Data, json);
        if (session.User is not { } user)
            return;
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        user.WriteTo(writer);
        writer.Flush();
        body.WriteBase64String("user"u8, bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    });

    private SavedSession? Read(string privateId, string from, byte[] bytes)
    {
        var body = SqlMessage.Read(bytes);
        if (body.Text("sid") is not { } id)
            return null;
        ClaimsPrincipal? user = null;
        if (body.Element("user") is { } saved)
        {
            using var reader = new BinaryReader(new MemoryStream(saved.GetBytesFromBase64()));
            user = new ClaimsPrincipal(reader);
        }

        var session = new SavedSession(id, privateId, body.Names("rooms"), SocketDetailsJson.ReadData(body.Element("data")), user);
        _takenFrom.Add(session, from);
        return session;
    }
}

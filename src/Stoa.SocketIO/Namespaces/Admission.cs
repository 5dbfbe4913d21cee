using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Recovery;

namespace Stoa.SocketIO.Namespaces;

/// <summary>How a client enters a namespace (Socket.IO 5, "Connection to a namespace"): found, recovered or made, checked by middleware, told.</summary>
internal sealed class Admission(SocketIOServer server, ILogger log)
{
    private const int IdBytes = 15;

    /// <summary>Answers one CONNECT. Never throws.</summary>
    public async Task AdmitAsync(SocketConnection connection, string name, ReadOnlyMemory<byte> auth)
    {
        try
        {
            // Middleware reads it with whatever it likes, and would fail at half a character: anybody could fill the log. Not refused: a
            // client sends as its offset the last text it was sent, which may be somebody else's.
            var handshake = new SocketHandshake(connection.Session.Handshake, LoneSurrogates.Replace(auth));
            if (await server.EnterAsync(name, handshake) is not { } space)
                connection.Refuse(name, "Invalid namespace", null);
            else
                await AdmitAsync(connection, space, handshake);
        }
        catch (SocketRefusedException e)
        {
            SocketLog.Refused(log, name);
            connection.Refuse(name, e.Message, e.Details);
        }
#pragma warning disable CA1031 // The edge: the client is refused without being told why.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SocketLog.AdmissionFailed(log, e, name);
            connection.Refuse(name, "Connection refused", null);
        }
    }

    private async Task AdmitAsync(SocketConnection connection, SocketNamespace space, SocketHandshake handshake)
    {
        Socket? socket = null;
        try
        {
            await space.StartAsync();
            IReadOnlyList<SocketPacket> missed = [];
            if (space.Adapter.Recovers && handshake.Auth is var auth && Text(auth, "pid") is { } privateId && Text(auth, "offset") is { } offset)
                (socket, missed) = await RecoverAsync(connection, space, handshake, privateId, offset);
            if (socket is null)
            {
                socket = new Socket(space, connection, NewId(), handshake) { PrivateId = space.Adapter.Recovers ? NewId() : null };
                await CheckAsync(socket);
                space.Adapter.Add(socket);
            }

            if (connection.Add(socket) && socket.Confirm(missed))
                server.Connected(socket);
            else
                connection.Drop(socket);
        }
        catch
        {
            if (socket is null)
                server.Leave(space);
            else
                socket.End(DisconnectReason.ServerNamespaceDisconnect);
            throw;
        }
    }

    /// <summary>The lost socket with what it missed; null when it cannot be had back, then the client starts anew.</summary>
    private async Task<(Socket? Socket, IReadOnlyList<SocketPacket> Missed)> RecoverAsync(
        SocketConnection connection, SocketNamespace space, SocketHandshake handshake, string privateId, string offset)
    {
        if (await space.Adapter.TakeSessionAsync(privateId) is not { } saved)
        {
            server.Metrics.Recovery(succeeded: false);
            return (null, []);
        }

        var socket = new Socket(space, connection, saved.Id, handshake) { PrivateId = privateId };
        socket.Restore(saved);
        if (!await MayReturnAsync(socket))
        {
            server.Metrics.Recovery(succeeded: false);
            socket.Abandon();
            return (null, []);
        }

        // In its rooms first, then the log is read: what is sent between the two is held and recognized by its offset.
        var missed = space.Adapter.Add(socket) ? await ReadMissedAsync(space, saved, offset) : null;
        server.Metrics.Recovery(succeeded: missed is not null);
        // One that was disconnected meanwhile, by whoever found it in its rooms, is neither recovered nor begun anew.
        return missed is null && socket.Abandon() ? (null, []) : (socket, missed ?? []);
    }

    private async Task<bool> MayReturnAsync(Socket socket)
    {
        if (server.Options.Recovery?.SkipMiddleware != false)
            return true;
        try
        {
            await CheckAsync(socket);
            return true;
        }
        catch (RecoveryRefusedException)
        {
            return false;
        }
    }

    /// <summary>Null when not all of it can be had.</summary>
    private async Task<IReadOnlyList<SocketPacket>?> ReadMissedAsync(SocketNamespace space, SavedSession saved, string offset)
    {
        try
        {
            return await space.Adapter.ReadMissedAsync(saved, offset) is { } missed && FitsAtOnce(missed) ? missed : null;
        }
#pragma warning disable CA1031 // The client starts anew then; it is logged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            server.Failed(e, space.Name, "recovery");
            return null;
        }
    }

    /// <summary>A client that missed more than may wait for it would be dropped for that as often as it came back: it starts anew.</summary>
    private bool FitsAtOnce(IReadOnlyList<SocketPacket> missed) =>
        missed.Count < server.Options.MaxOutgoingPackets && missed.Sum(static p => (long)p.Message.Frames.Length) <= server.Options.MaxOutgoingBytes;

    private static async Task CheckAsync(Socket socket)
    {
        if (!socket.Namespace.Handlers.HasMiddleware)
            return;
        try
        {
            if (!await socket.Namespace.Handlers.AdmitAsync(socket))
                throw new SocketRefusedException("Connection refused");
        }
        finally
        {
            await socket.EndScopeAsync();
        }
    }

    private static string? Text(JsonElement auth, string key) =>
        auth.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static string NewId() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(IdBytes));
}

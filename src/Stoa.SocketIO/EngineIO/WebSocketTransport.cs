using Microsoft.AspNetCore.Http;

namespace Stoa.SocketIO.EngineIO;

/// <summary>WebSocket, as the first transport or as an upgrade from polling (Engine.IO 4, "WebSocket" and "Upgrade").</summary>
internal sealed class WebSocketTransport(EngineServer server)
{
    private static readonly OutgoingMessage ProbeAnswer = OutgoingMessage.FromText("3probe"u8);

    /// <summary>The handshake over WebSocket; ends when the connection does.</summary>
    public async Task OpenAsync(HttpContext context)
    {
        var socket = await WebSocketHandshake.AcceptAsync(context, server.Options);
        try
        {
            var session = server.Open(context, socket);
            socket.Send(server.OpenPacket(session, EngineTransports.WebSocket));
            session.Start();
            await session.RunAsync(socket);
        }
        finally
        {
            socket.Release();
        }
    }

    /// <summary>A WebSocket that names a polling session; ends when the connection does.</summary>
    public async Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        // Before the 101: a GET that the client sends right after it must meet the upgrade.
        var upgrading = server.Options.AllowUpgrades && session.BeginUpgrade();
        WebSocketConnection? socket = null;
        try
        {
            socket = await WebSocketHandshake.AcceptAsync(context, server.Options);
            if (upgrading && await ProbeAsync(socket, session))
            {
                upgrading = false;
                await session.RunAsync(socket);
                return;
            }

            if (upgrading)
                session.EndUpgrade(won: false);
            upgrading = false;
            await CloseAsync(socket);
        }
        finally
        {
            if (upgrading)
                session.EndUpgrade(won: false);
            socket?.Release();
        }
    }

    /// <summary>True when the client asked, was answered and confirmed in time. Otherwise only this WebSocket is given up.</summary>
    private async ValueTask<bool> ProbeAsync(WebSocketConnection socket, EngineSession session)
    {
        using var patience = new CancellationTokenSource(server.Options.UpgradeTimeout, server.Clock);
        await using var cut = patience.Token.UnsafeRegister(static s => ((WebSocketConnection)s!).Abort(), socket);
        if (!IsText(await socket.ReadAsync(), "2probe"u8))
            return false;
        session.ReleasePoll();
        socket.Send(ProbeAnswer);
        return IsText(await socket.ReadAsync(), "5"u8) && await session.CompleteUpgradeAsync(socket);
    }

    private async Task CloseAsync(WebSocketConnection socket)
    {
        socket.Close(WebSocketStatus.Normal);
        using var patience = new CancellationTokenSource(server.Options.UpgradeTimeout, server.Clock);
        await using var cut = patience.Token.UnsafeRegister(static s => ((WebSocketConnection)s!).Abort(), socket);
        await socket.DrainAsync();
    }

    private static bool IsText(in WebSocketMessage message, ReadOnlySpan<byte> expected) =>
        message is { Closed: false, IsText: true } && message.Data.Span.SequenceEqual(expected);
}

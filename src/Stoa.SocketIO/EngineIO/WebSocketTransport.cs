using Microsoft.AspNetCore.Http;

namespace Stoa.SocketIO.EngineIO;

/// <summary>WebSocket, as the first transport or as an upgrade from polling (Engine.IO 4, "WebSocket" and "Upgrade").</summary>
internal sealed class WebSocketTransport(EngineServer server)
{
    private static readonly OutgoingMessage ProbeAnswer = OutgoingMessage.FromText("3probe"u8);

    /// <summary>The handshake over WebSocket.</summary>
    /// <param name="network">Of the place that was taken for it.</param>
    public async Task OpenAsync(HttpContext context, object? network)
    {
        var handshake = new EngineHandshake(context, server.Clock.GetUtcNow());
        var isServed = false;
        try
        {
            await WebSocketHandshake.AcceptAsync(context, server.Options, socket =>
            {
                isServed = true;
                return ServeAsync(socket, s => OpenAsync(s, handshake, network));
            });
        }
        catch when (!isServed)
        {
            server.GiveBack(network);
            throw;
        }
    }

    /// <summary>A WebSocket that names a polling session.</summary>
    public async Task UpgradeAsync(HttpContext context, EngineSession session)
    {
        // Before the 101: a GET that the client sends right after it must meet the upgrade.
        var upgrading = server.Options.AllowUpgrades && session.BeginUpgrade();
        var isServed = false;
        try
        {
            await WebSocketHandshake.AcceptAsync(context, server.Options, socket =>
            {
                isServed = true;
                return ServeAsync(socket, s => upgrading ? UpgradeAsync(s, session) : CloseAsync(s));
            });
        }
        catch when (upgrading && !isServed)
        {
            session.EndUpgrade();
            throw;
        }
    }

    /// <summary>Ends the connection when it has been served, however that ended.</summary>
    private async Task ServeAsync(WebSocketConnection socket, Func<WebSocketConnection, Task> serve)
    {
        server.Serving();
        try
        {
            await serve(socket);
        }
#pragma warning disable CA1031 // The edge of the connection: there is nobody above when the request has ended long ago.
        catch (Exception e)
#pragma warning restore CA1031
        {
            server.ServingFailed(e);
            socket.Abort();
        }

        await socket.EndAsync(server.Clock);
        server.Served();
    }

    private Task OpenAsync(WebSocketConnection socket, EngineHandshake handshake, object? network)
    {
        var session = server.Open(handshake, socket, network);
        socket.Send(server.OpenPacket(session, EngineTransports.WebSocket));
        session.Start();
        return session.RunAsync(socket);
    }

    private async Task UpgradeAsync(WebSocketConnection socket, EngineSession session)
    {
        var won = false;
        try
        {
            won = await ProbeAsync(socket, session);
        }
        finally
        {
            if (!won)
                session.EndUpgrade();
        }

        await (won ? session.RunAsync(socket, isUpgrade: true) : CloseAsync(socket));
    }

    /// <summary>True when the client asked, was answered and confirmed in time. Otherwise only this WebSocket is given up.</summary>
    private async ValueTask<bool> ProbeAsync(WebSocketConnection socket, EngineSession session)
    {
        // Only a probe is taken, whoever the session belongs to.
        socket.MaxPayload = Math.Min(server.Options.MaxPayload, server.Options.MaxUnadmittedPayload);
        using var patience = new CancellationTokenSource(server.Options.UpgradeTimeout, server.Clock);
        await using var cut = patience.Token.UnsafeRegister(static s => ((WebSocketConnection)s!).Abort(), socket);
        if (!IsText(await socket.ReadAsync(), "2probe"u8))
            return false;
        // A client whose 5 is here already waits for no GET: one that came before it was sent behind it.
        var confirmation = socket.ReadAsync();
        session.OnProbed(release: !confirmation.IsCompleted);
        socket.Send(ProbeAnswer);
        return IsText(await confirmation, "5"u8) && await session.CompleteUpgradeAsync(socket);
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

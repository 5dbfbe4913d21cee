using System.Globalization;
using Stoa.Core;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>Who may connect a socket, and for how long: whoever holds a token of a live session, until the session ends; and the support desk by its key.</summary>
/// <remarks>
/// The token comes in <c>auth.token</c>, in <c>Authorization: Bearer</c>, or in <c>?token=</c>, which ends up in access logs: the last choice.
/// The key comes in <c>auth.token</c> or in <c>x-admin-key</c> (<see cref="DeskKey"/>).
/// </remarks>
public sealed class SocketGate(AccessTokens tokens, SessionGate sessions, SocketShares shares, DeskKey desk, Outages outages)
{
    private const string CallerKey = "caller";
    private const string SessionKey = "session";
    private const string RightsKey = "rights";

    /// <summary>Lets the socket in as its caller, or refuses the connection with the same codes as an HTTP request.</summary>
    public async Task AdmitAsync(Socket socket, Func<Task> next, CancellationToken cancellation)
    {
        NoteOrigin(socket);
        var token = TokenOf(socket.Handshake);
        var caller = await WhoAsync(socket, token, cancellation);
        if (shares.WhyNot(caller) is { } crowded)
            throw Refused(crowded);

        // Whoever signs in on the page that was lost returns with what its client remembers: rooms and messages of somebody else, or of an ended session.
        // And what came while somebody was away came to rooms that may have been taken from him since.
        if (socket.IsRecovered && !(Was(socket, SessionKey, caller.SessionId) && Was(socket, RightsKey, caller.RightsVersion)))
            throw new RecoveryRefusedException();

        Remember(socket, caller);
        await next();
    }

    /// <summary>Before every event: the session may have ended on another node, where nobody could close this socket.</summary>
    public async Task StillAliveAsync(SocketEvent happened, Func<Task> next, CancellationToken cancellation)
    {
        NoteOrigin(happened.Socket);
        var caller = CallerOf(happened.Socket);
        if (await NowAsync(happened.Socket, sessions, cancellation) is { } now)
        {
            // The name may have changed since, or the session's end; when rights have, the rooms too.
            if (now.RightsVersion == caller.RightsVersion)
                happened.Socket.Data[CallerKey] = now;
            else if (!await happened.Services.GetRequiredService<RoomAccess>().AskAgainAsync(happened.Socket, cancellation))
                return;
            await next();
            return;
        }

        await happened.Socket.DisconnectAsync(close: true);
    }

    /// <summary>Who an admitted socket belongs to.</summary>
    public static Caller CallerOf(Socket socket) => (Caller)socket.Data[CallerKey]!;

    /// <summary>What an admitted socket's caller may at this moment; null: the session is over. The desk's key is good for as long as the server runs with it.</summary>
    public static ValueTask<Caller?> NowAsync(Socket socket, SessionGate sessions, CancellationToken cancellation)
    {
        var caller = CallerOf(socket);
        return caller.IsSupportDesk ? new(caller) : sessions.FindAsync(new AccessClaims(caller.UserId, caller.SessionId), cancellation);
    }

    /// <summary>This is who it belongs to and what that one may; its rooms are in line with it.</summary>
    internal static void Remember(Socket socket, Caller caller)
    {
        socket.Data[SessionKey] = Text(caller.SessionId);
        socket.Data[RightsKey] = Text(caller.RightsVersion);
        socket.Data[CallerKey] = caller;
        socket.User = BearerHandler.PrincipalOf(caller);
    }

    private async Task<Caller> WhoAsync(Socket socket, string? token, CancellationToken cancellation)
    {
        try
        {
            return await desk.TryAsync(socket, token, cancellation) ?? await HolderAsync(token, cancellation);
        }
        catch (Exception fault) when (outages.Notes(fault))
        {
            // Nobody can be told from anybody else until the record is back.
            throw Refused(Outages.Unavailable);
        }
    }

    /// <summary>Who holds the token, while its session lives.</summary>
    private async Task<Caller> HolderAsync(string? token, CancellationToken cancellation)
    {
        if (token is not { Length: > 0 })
            throw Refused(Refusal.Unauthenticated("auth.required", "Not authenticated"));
        var fault = tokens.Verify(token, out var claims);
        if (fault == TokenFault.Expired)
            throw Refused(Refusal.Unauthenticated("auth.token_expired", "Token has expired"));
        if (fault != TokenFault.None)
            throw Refused(Refusal.Unauthenticated("auth.token_invalid", "Could not validate credentials"));
        return await sessions.FindAsync(claims, cancellation) ?? throw Refused(SessionGate.Ended);
    }

    /// <summary>For the trail of security events: a socket's events have no request of their own.</summary>
    private static void NoteOrigin(Socket socket)
    {
        var handshake = socket.Handshake;
        socket.Services.GetRequiredService<RequestOrigin>().Set(handshake.RemoteAddress, handshake.Headers.TryGetValue("User-Agent", out var client) ? client.ToString() : null);
    }

    private static bool Was(Socket socket, string key, long value) => socket.Data.TryGetValue(key, out var kept) && kept?.ToString() == Text(value);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? TokenOf(SocketHandshake handshake)
    {
        if (handshake.Auth.TryGetProperty("token", out var given) && given.ValueKind == System.Text.Json.JsonValueKind.String)
            return WithoutScheme(given.GetString()!);
        if (handshake.Headers.TryGetValue("Authorization", out var header) && header.Count == 1)
            return WithoutScheme(header[0]!);
        return handshake.Query.TryGetValue("token", out var query) && query.Count == 1 ? query[0] : null;
    }

    private static string WithoutScheme(string text) => text.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? text[7..].Trim() : text;

    internal static SocketRefusedException Refused(Refusal why) => new(why.Text, new SocketRefusal(why.Code, why.Text, why.Text));
}

/// <summary>The <c>data</c> of a refused connection.</summary>
public sealed record SocketRefusal(string Code, string Error, string Message);

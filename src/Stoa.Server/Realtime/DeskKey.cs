using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>Lets consoles without accounts connect as the support desk: with its key as <c>auth.token</c>, as their clients send it, or as <c>x-admin-key</c>.</summary>
/// <remarks>
/// As with requests (<see cref="SupportKeyHandler"/>): without the setting nothing is looked at, tries are counted by network before they are, and a wrong
/// key is written down. What has the form of an access token is no try: many people's expired tokens must not lock the desk out of their common network.
/// </remarks>
public sealed class DeskKey(SupportKey key, SupportDesk desk)
{
    private const char TokenSeparator = '.';
    private const int TokenParts = 3;

    /// <summary>The desk; null when the socket shows no key, or in the place of a token something that is none.</summary>
    /// <exception cref="Stoa.SocketIO.SocketRefusedException"><c>auth.key_wrong</c>: the header has another key.</exception>
    public async ValueTask<Caller?> TryAsync(Socket socket, string? token, CancellationToken cancellation)
    {
        var isHeader = socket.Handshake.Headers.TryGetValue(SupportKeyHandler.Header, out var header) && header.Count == 1;
        var given = isHeader ? header.ToString() : token;
        if (!key.IsSet || string.IsNullOrEmpty(given) || (!isHeader && given.Split(TokenSeparator).Length == TokenParts))
            return null;
        if (await key.WhyNotAsync(given, ClientNetwork.Of(socket.Handshake.RemoteAddress), cancellation) is null)
            return await desk.CallerAsync(cancellation);
        await desk.NoteWrongKeyAsync(socket.Services.GetRequiredService<SecurityTrail>(), cancellation);
        return isHeader ? throw SocketGate.Refused(SupportKey.Wrong) : null;
    }
}

using System.Net.WebSockets;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Realtime;

/// <summary>A page may open a socket when it may call over HTTP too.</summary>
public sealed class OriginTests
{
    [Theory, EachDatabase]
    public async Task Pages_of_others_open_no_socket_while_allowed_ones_own_ones_and_apps_do(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Cors:Origins", "https://app.example.org"));

        Assert.True(await OpensAsync(stoa, null));
        Assert.True(await OpensAsync(stoa, "https://app.example.org"));
        Assert.True(await OpensAsync(stoa, $"http://{stoa.Address.Host}:19006"));
        foreach (var other in (string[])["https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "null"])
            Assert.False(await OpensAsync(stoa, other), other);
    }

    private static async Task<bool> OpensAsync(StoaServer stoa, string? origin)
    {
        using var socket = new ClientWebSocket();
        if (origin is not null)
            socket.Options.SetRequestHeader("Origin", origin);
        try
        {
            await socket.ConnectAsync(new Uri($"ws://{stoa.Address.Authority}/socket.io/?EIO=4&transport=websocket"), TestContext.Current.CancellationToken);
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }
}

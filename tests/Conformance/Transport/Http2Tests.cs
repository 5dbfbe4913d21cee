using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;

namespace Stoa.Conformance.Transport;

/// <summary>Both transports over HTTP/2: WebSocket by extended CONNECT (RFC 8441), with .NET's own clients.</summary>
public sealed class Http2Tests
{
    private static readonly X509Certificate2 Shown = Certificate();

    private static readonly SslClientAuthenticationOptions ThisCertificate = new()
    {
        RemoteCertificateValidationCallback = static (_, shown, _, _) => shown?.GetCertHashString() == Shown.GetCertHashString(),
    };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_websocket_carries_messages_of_any_size_both_ways(bool tls, bool letsGo)
    {
        await using var server = await StartAsync(tls, letsGo);
        using var invoker = Invoker();
        await using var socket = await OpenAsync(server, invoker, "/engine.io/");
        foreach (var length in new[] { 0, 125, 126, 65_536, 999_999 })
        {
            var text = "4" + new string('ä', length / 2);
            await socket.SendAsync(text);
            Assert.Equal(text, await socket.TextAsync());
            var data = RandomNumberGenerator.GetBytes(length);
            await socket.SendAsync(data);
            Assert.Equal(data, await socket.BinaryAsync());
        }

        await socket.SendAsync("1");
        Assert.Empty(await socket.ClosedAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clients_share_a_connection_and_each_ends_for_itself(bool tls)
    {
        var ended = new Seen<(string Id, DisconnectReason Reason)>();
        await using var server = await StartAsync(tls, letsGo: true, ended);
        using var invoker = Invoker();
        await using var ana = await OpenAsync(server, invoker, "/socket.io/");
        await using var ben = await OpenAsync(server, invoker, "/socket.io/");
        await ana.EnterAsync();
        await ben.EnterAsync();
        await server.IO.EmitAsync("hello", new byte[] { 1 });
        foreach (var client in new[] { ana, ben })
        {
            Assert.Equal("451-[\"hello\",{\"_placeholder\":true,\"num\":0}]", await client.TextAsync());
            Assert.Equal([1], await client.BinaryAsync());
        }

        ana.Abort();
        Assert.Equal((ana.Sid, DisconnectReason.TransportClose), await ended.NextAsync());
        await ben.SendAsync("4broken");
        Assert.Empty(await ben.ClosedAsync());
        Assert.Equal((ben.Sid, DisconnectReason.ForcedClose), await ended.NextAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Polling_works_and_moves_to_websocket(bool tls)
    {
        await using var server = await StartAsync(tls, letsGo: true);
        using var handler = new SocketsHttpHandler { SslOptions = ThisCertificate };
        using var http = new HttpClient(handler) { BaseAddress = server.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        var client = new PollingClient(http, "/engine.io/");
        await client.OpenAsync();
        await client.SendAsync("4hello");
        Assert.Equal(["4hello"], await client.PollAsync());
        using var invoker = Invoker();
        await using var socket = await WebSocketAsync(server, invoker, "/engine.io/", $"EIO=4&transport=websocket&sid={client.Sid}");
        await socket.SendAsync("2probe");
        Assert.Equal("3probe", await socket.TextAsync());
        await socket.SendAsync("5");
        await socket.SendAsync("4moved");

        Assert.Equal("4moved", await socket.TextAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task A_refused_handshake_is_400_with_its_message()
    {
        await using var server = await StartAsync(tls: false, letsGo: true);
        using var invoker = Invoker();
        var refused = await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => WebSocketAsync(server, invoker, "/engine.io/", "EIO=3&transport=websocket"));

        Assert.Contains("400", refused.Message, StringComparison.Ordinal);
    }

    private static Task<TestServer> StartAsync(bool tls, bool letsGo, Seen<(string Id, DisconnectReason Reason)>? ended = null) => TestServer.StartAsync(
        io => io.OnDisconnect((socket, reason) =>
        {
            ended?.Add((socket.Id, reason));
            return Task.CompletedTask;
        }),
        services: s => s.Configure<KestrelServerOptions>(o => o.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (tls)
                listen.UseHttps(Shown);
        })),
        letsGo: letsGo);

    private static async Task<WireSocket> OpenAsync(TestServer server, HttpMessageInvoker invoker, string path)
    {
        var socket = await WebSocketAsync(server, invoker, path, "EIO=4&transport=websocket");
        Assert.StartsWith("0{", await socket.TextAsync());
        return socket;
    }

    private static Task<WireSocket> WebSocketAsync(TestServer server, HttpMessageInvoker invoker, string path, string query) => WireSocket.ConnectAsync(
        new UriBuilder(server.Address) { Scheme = server.Address.Scheme == "https" ? "wss" : "ws", Path = path, Query = query }.Uri,
        static o => (o.HttpVersion, o.HttpVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact),
        invoker);

    private static HttpMessageInvoker Invoker() => new(new SocketsHttpHandler { SslOptions = ThisCertificate });

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

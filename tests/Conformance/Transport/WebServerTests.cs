using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Stoa.Conformance.Transport;

/// <summary>The transport under the web server's own work: what HTTP asks of it, on connections that begin as Engine.IO's do, and on others.</summary>
public sealed class WebServerTests
{
    private const int BodySize = 5_000_000;
    private const int ChunkSize = 10_000;
    private int _written;
    private int _waiting;
    private int _left;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bodies_come_and_go_whole(bool engineIO)
    {
        await using var server = await StartAsync();
        var body = RandomNumberGenerator.GetBytes(BodySize);
        using var content = new ByteArrayContent(body);
        using var answer = await server.Http.PostAsync(new Uri("/mirror" + Query(engineIO), UriKind.Relative), content, TestServer.Cancellation);

        Assert.Equal(body, await answer.Content.ReadAsByteArrayAsync(TestServer.Cancellation));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_takes_its_time_gets_everything(bool engineIO)
    {
        await using var server = await StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync($"GET /large{Query(engineIO)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        // The server is held back: it has written as much as fits on the way, and waits.
        await Wait.Until(() => Volatile.Read(ref _written) > 0);
        Assert.StartsWith("HTTP/1.1 200", await raw.HeadAsync());
        Assert.Equal(BodySize, (await raw.RestAsync()).Count(static c => c == 'x'));
        Assert.Equal(BodySize, _written);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Requests_in_one_segment_are_answered_in_order(bool engineIO)
    {
        await using var server = await StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        var requests = new StringBuilder();
        for (var i = 0; i < 50; i++)
            requests.Append(null, $"GET /number/{i}{Query(engineIO)} HTTP/1.1\r\nHost: x\r\n{(i == 49 ? "Connection: close\r\n" : "")}\r\n");
        await raw.SendAsync(requests.ToString());
        var answers = await raw.RestAsync();

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"number {i};"), answers.Split("\r\n\r\n")[1..].Select(static a => a[..(a.IndexOf(';', StringComparison.Ordinal) + 1)]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_request_hears_that_its_client_has_left(bool engineIO)
    {
        await using var server = await StartAsync();
        using (var raw = await RawConnection.ConnectAsync(server.Address))
        {
            await raw.SendAsync($"GET /wait{Query(engineIO)} HTTP/1.1\r\nHost: x\r\n\r\n");
            await Wait.Until(() => Volatile.Read(ref _waiting) > 0);
        }

        await Wait.Until(() => Volatile.Read(ref _left) > 0);
    }

    [Fact]
    public async Task Over_TLS_a_websocket_stays_within_its_request()
    {
        using var certificate = Certificate();
        await using var server = await StartAsync(o => o.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var address = new UriBuilder(server.Address) { Scheme = "wss", Path = "/engine.io/", Query = "EIO=4&transport=websocket" }.Uri;
        await using var socket = await WireSocket.ConnectAsync(address, o => o.RemoteCertificateValidationCallback = (_, shown, _, _) => shown?.GetCertHashString() == certificate.GetCertHashString());

        Assert.StartsWith("0{", await socket.TextAsync());
        await socket.SendAsync("4over TLS");
        Assert.Equal("4over TLS", await socket.TextAsync());
    }

    [Fact]
    public async Task A_client_that_says_nothing_at_first_is_served_when_it_does()
    {
        await using var server = await StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        // Longer than the kernel keeps it to itself.
        await Task.Delay(3000, TestServer.Cancellation);
        await raw.SendAsync("GET /number/1?EIO=4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.EndsWith("number 1;", await raw.RestAsync());
    }

    [Fact]
    public async Task A_request_line_in_pieces_is_served()
    {
        await using var server = await StartAsync();
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync("G");
        await Task.Delay(50, TestServer.Cancellation);
        await raw.SendAsync("ET /number/1?EIO=4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.EndsWith("number 1;", await raw.RestAsync());
    }

    [Fact]
    public async Task An_address_in_use_is_named()
    {
        await using var server = await StartAsync();
        var port = server.Address.Port;
        var second = await Assert.ThrowsAsync<IOException>(() => StartAsync(o => o.Listen(IPAddress.Loopback, port)));

        Assert.Contains($"{port}", second.Message, StringComparison.Ordinal);
    }

    /// <summary>What tells a connection of Engine.IO.</summary>
    private static string Query(bool engineIO) => engineIO ? "?EIO=4" : "";

    private Task<TestServer> StartAsync(Action<KestrelServerOptions>? kestrel = null) => TestServer.StartAsync(
        services: s => s.Configure<KestrelServerOptions>(o => kestrel?.Invoke(o)),
        routes: app =>
        {
            app.MapPost("/mirror", static context => context.Request.Body.CopyToAsync(context.Response.Body, context.RequestAborted));
            app.MapGet("/number/{n}", static (int n) => Results.Text($"number {n};"));
            app.MapGet("/large", LargeAsync);
            app.MapGet("/wait", WaitAsync);
        },
        letsGo: true);

    private async Task LargeAsync(HttpContext context)
    {
        var chunk = Encoding.ASCII.GetBytes(new string('x', ChunkSize));
        context.Response.ContentLength = BodySize;
        for (var at = 0; at < BodySize; at += ChunkSize)
        {
            await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            Interlocked.Add(ref _written, ChunkSize);
        }
    }

    private async Task WaitAsync(HttpContext context)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _left);
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}

using System.Net;
using System.Text;

namespace Stoa.Conformance.EngineIO;

/// <summary>Engine.IO 4, "HTTP long-polling".</summary>
public sealed class PollingTests
{
    [Theory]
    [InlineData("4hello")]
    [InlineData("4test1\u001e4test2\u001e4test3")]
    [InlineData("4hello\u001ebAQIDBA==")]
    [InlineData("4größe €  日本 😀")]
    [InlineData("4")]
    public async Task Packets_come_back_as_they_were_sent(string body)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var post = await client.PostAsync(body);
        Assert.Equal("ok", await post.Content.ReadAsStringAsync(TestServer.Cancellation));
        Assert.Equal("text/html", post.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", post.Headers.CacheControl!.ToString());

        using var get = await client.GetAsync();
        Assert.Equal(body, await get.Content.ReadAsStringAsync(TestServer.Cancellation));
        Assert.Equal("text/plain; charset=UTF-8", get.Content.Headers.GetValues("Content-Type").Single());
        Assert.Equal("no-store", get.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task A_poll_waits_until_something_is_there()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        var poll = client.PollAsync();
        await client.SendAsync("4later");

        Assert.Equal(["4later"], await poll.Soon());
    }

    [Fact]
    public async Task A_second_poll_closes_the_session_and_the_first_is_told()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        var polls = await Task.WhenAll(client.StatusAsync(), client.StatusAsync());

        Assert.Contains((HttpStatusCode.OK, "1"), polls);
        Assert.Contains((HttpStatusCode.BadRequest, """{"code":3,"message":"Bad request"}"""), polls);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task A_second_post_while_one_is_read_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var raw = await RawConnection.ConnectAsync(server.Address);
        await raw.SendAsync($"POST /engine.io/?EIO=4&transport=polling&sid={client.Sid} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\n");
        // The server asks for the body only when it is reading the first POST.
        Assert.StartsWith("HTTP/1.1 100", await raw.HeadAsync());
        using var second = await client.PostAsync("4x");

        Assert.Equal(HttpStatusCode.BadRequest, second.StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":1,"message":"Session ID unknown"}"""), await client.StatusAsync());
    }

    [Fact]
    public async Task A_binary_body_closes_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var body = new ByteArrayContent("4x"u8.ToArray());
        body.Headers.ContentType = new("application/octet-stream");
        using var post = await server.Http.PostAsync($"/engine.io/?EIO=4&transport=polling&sid={client.Sid}", body, TestServer.Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_413_and_the_session_stays(bool chunked)
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxPayload = 1000);
        var client = await server.PollingAsync("/engine.io/");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/engine.io/?EIO=4&transport=polling&sid={client.Sid}")
        {
            Content = new StringContent("4" + new string('x', 1000), Encoding.UTF8, "text/plain"),
        };
        request.Headers.TransferEncodingChunked = chunked;
        using var post = await server.Http.SendAsync(request, TestServer.Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, post.StatusCode);

        await client.SendAsync("4" + new string('y', 999));
        Assert.Equal(["4" + new string('y', 999)], await client.PollAsync());
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("")]
    [InlineData("4ok\u001e")]
    [InlineData("7")]
    [InlineData("b%%%")]
    [InlineData("bAQID*")]
    [InlineData("2")]
    public async Task A_broken_packet_is_400_and_ends_the_session(string body)
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var post = await client.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":1,"message":"Session ID unknown"}"""), await client.StatusAsync());
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_end_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync("/engine.io/");
        using var body = new ByteArrayContent([(byte)'4', 0xC3, 0x28]);
        body.Headers.ContentType = new("text/plain");
        using var post = await server.Http.PostAsync($"/engine.io/?EIO=4&transport=polling&sid={client.Sid}", body, TestServer.Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task More_packets_in_a_body_than_allowed_end_the_session()
    {
        await using var server = await TestServer.StartAsync(engine: o => o.MaxPacketsPerPost = 3);
        var client = await server.PollingAsync("/engine.io/");
        await client.SendAsync("41", "42", "43");
        using var post = await client.PostAsync("41\u001e42\u001e43\u001e44");

        Assert.Equal(HttpStatusCode.BadRequest, post.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task A_clients_close_packet_releases_the_waiting_poll_with_a_noop_and_ends_the_session()
    {
        await using var server = await TestServer.StartAsync();
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        var poll = client.PollAsync();
        await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
        await client.SendAsync("1");

        Assert.Equal(["6"], await poll.Soon());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task An_aborted_poll_closes_the_session_as_a_transport_error()
    {
        var ended = new Seen<SocketIO.DisconnectReason>();
        await using var server = await TestServer.StartAsync(io => io.OnDisconnect((_, reason) =>
        {
            ended.Add(reason);
            return Task.CompletedTask;
        }));
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        using (var abort = new CancellationTokenSource())
        {
            var poll = client.GetAsync(abort.Token);
            await Wait.Until(() => server.IO.LocalSocketsWaitingToPoll() == 1);
            await abort.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => poll);
        }

        Assert.Equal(SocketIO.DisconnectReason.TransportError, await ended.NextAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await client.StatusAsync()).Status);
    }

    [Fact]
    public async Task A_waiting_poll_is_told_when_the_server_closes()
    {
        await using var server = await TestServer.StartAsync(io => io.On("bye", async (e, _) => await e.Socket.DisconnectAsync(close: true)));
        var client = await server.PollingAsync();
        await client.SendAsync("40");
        await client.PollAsync();
        await client.SendAsync("42[\"bye\"]");

        // Nobody was asking when it happened: the last packets are kept for this GET, and the close for one of its own, because clients look at it first.
        Assert.Equal(["41"], await client.PollAsync());
        Assert.Equal(["1"], await client.PollAsync());
        Assert.Equal((HttpStatusCode.BadRequest, """{"code":1,"message":"Session ID unknown"}"""), await client.StatusAsync());
    }

    [Fact]
    public async Task A_farewell_nobody_fetches_is_forgotten_after_30_seconds()
    {
        var clock = new ManualClock();
        await using var server = await TestServer.StartAsync(
            io => io.On("bye", async (e, _) => await e.Socket.DisconnectAsync(close: true)),
            services: s => Microsoft.Extensions.DependencyInjection.ServiceCollectionServiceExtensions.AddSingleton<TimeProvider>(s, clock));
        var (early, late) = (await server.PollingAsync(), await server.PollingAsync());
        foreach (var client in new[] { early, late })
        {
            await client.SendAsync("40");
            await client.PollAsync();
            await client.SendAsync("42[\"bye\"]");
        }

        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(["41"], await early.PollAsync());
        Assert.Equal(["1"], await early.PollAsync());
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(HttpStatusCode.BadRequest, (await late.StatusAsync()).Status);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "deflate")]
    [InlineData("identity", null)]
    [InlineData("gzip;q=0, deflate", "deflate")]
    [InlineData("gzip;q=0, deflate;q=0", null)]
    public async Task A_long_answer_is_compressed_only_when_switched_on_and_accepted(string accepted, string? encoding)
    {
        foreach (var on in new[] { true, false })
        {
            await using var server = await TestServer.StartAsync(engine: o => o.HttpCompression = on);
            var client = await server.PollingAsync("/engine.io/");
            var text = "4" + string.Concat(Enumerable.Repeat("abcdefgh", 200));
            await client.SendAsync(text);
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/engine.io/?EIO=4&transport=polling&sid={client.Sid}");
            request.Headers.Add("Accept-Encoding", accepted);
            using var answer = await server.Http.SendAsync(request, TestServer.Cancellation);
            var body = await answer.Content.ReadAsByteArrayAsync(TestServer.Cancellation);

            Assert.Equal(on ? encoding : null, answer.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal(text, Encoding.UTF8.GetString(Inflate(body, answer.Content.Headers.ContentEncoding.SingleOrDefault())));
        }
    }

    private static byte[] Inflate(byte[] body, string? encoding)
    {
        using Stream stream = encoding switch
        {
            "gzip" => new System.IO.Compression.GZipStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress),
            "deflate" => new System.IO.Compression.ZLibStream(new MemoryStream(body), System.IO.Compression.CompressionMode.Decompress),
            _ => new MemoryStream(body),
        };
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }
}

using System.Text;
using StackExchange.Redis;
using Stoa.Conformance.Adapters;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Redis;

/// <summary>Whoever can reach the Redis can publish anything.</summary>
public sealed class HostileMessageTests
{
    private static readonly string[] Broadcasts =
    [
        "", "x", "93", "C1", "93A161", "93A161C0C0", "93A16180C0", "9080", "93A16181A46461746193A16180", "92A161C0", "95A16180800000", "93A1618080",
        // An event that is no array, an empty one; rooms that are no array; nested rooms.
        "93A16182A474797065" + "02A464617461A178" + "80",
        "93A16182A474797065" + "02A46461746190" + "80",
        "93A16182A474797065" + "02A46461746191A178" + "81A5726F6F6D7305",
        "93A16182A474797065" + "02A46461746191A178" + "81A5726F6F6D7391C0",
    ];

    private static readonly string[] Requests =
    [
        "{", "{}", "{\"type\":2}", "{\"type\":\"2\"}", "{\"type\":99}", "{\"type\":-1}", "{\"type\":5}", "{\"type\":6}", "{\"type\":6,\"data\":{}}", "{\"type\":6,\"data\":[]}",
        "{\"type\":7,\"opts\":{}}", "{\"type\":7,\"opts\":{},\"packet\":{}}", "{\"type\":7,\"opts\":{},\"packet\":{\"data\":{}}}", "{\"type\":7,\"opts\":{},\"packet\":{\"data\":[]}}", "{\"type\":7,\"opts\":{},\"packet\":{\"data\":\"x\"}}", "{\"type\":7,\"opts\":{\"rooms\":[[]]},\"packet\":{\"data\":[1]}}", "{\"type\":2,\"opts\":{\"rooms\":5}}",
        "{\"type\":2,\"opts\":{\"rooms\":[\"nobody\"]},\"rooms\":{}}", "{\"type\":2,\"sid\":\"nobody\",\"room\":\"r\"}", "{\"requestId\":{},\"type\":0}", "[]", "null", "\u0081", "{\"uid\":\"\\ud800\",\"type\":0}", "{\"requestId\":\"\\ud800\",\"type\":0}", "{\"type\":0,\"rooms\":[\"\\ud800\"]}",
        "{\"type\":0,\"rooms\":\"x\"}", "{\"a\":" + new string('[', 300) + new string(']', 300) + "}",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_is_published_the_node_goes_on(bool recovers)
    {
        var prefix = RedisNodes.NewPrefix();
        await using var nodes = await RedisNodes.TwoAsync(RedisServer.Shared(), recovers ? new RecoveryOptions() : null, prefix: prefix);
        var (ana, ben) = await nodes.ClientsAsync();
        using var redis = await ConnectionMultiplexer.ConnectAsync(RedisServer.Shared());
        var publisher = redis.GetSubscriber();
        foreach (var hex in Broadcasts)
        {
            var message = hex.Length % 2 == 0 && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : Encoding.UTF8.GetBytes(hex);
            await publisher.PublishAsync($"{prefix}#/#", message);
            await publisher.PublishAsync($"{prefix}#/#{ana.Sid}#", message);
        }

        foreach (var request in Requests)
        {
            await publisher.PublishAsync($"{prefix}-request#/#", request);
            await publisher.PublishAsync($"{prefix}-response#/#", request);
        }

        await nodes.NothingElseAsync(ana, ben);
        await nodes.Here.IO.To(ben.Sid).SocketsJoinAsync("r1");
        await nodes.Here.IO.To("r1").EmitAsync("still there");
        await nodes.ExpectAsync(ben, """["still there"]""");
        Assert.NotEmpty(nodes.Here.Log.Named("RedisMessageRefused"));
        Assert.Empty(nodes.Here.Log.Named("RedisMessageFailed"));
    }

    [Fact]
    public async Task A_message_that_is_too_large_is_refused()
    {
        var prefix = RedisNodes.NewPrefix();
        await using var small = await TestServer.StartAsync(services: s => Stoa.SocketIO.RedisRegistration.AddSocketIORedis(s, RedisServer.Shared(), o =>
        {
            o.ChannelPrefix = prefix;
            o.MaxMessageSize = 1024;
        }));
        await using var other = await RedisNodes.NodeAsync(RedisServer.Shared(), prefix);
        await using var client = await small.ConnectAsync();
        await other.IO.EmitAsync("large", new string('x', 2_000));
        await other.IO.EmitAsync("small");
        Assert.Equal("42[\"small\"]", await client.TextAsync());
        Assert.NotEmpty(small.Log.Named("RedisMessageRefused"));
    }
}

using System.Globalization;
using StackExchange.Redis;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli.Checks;

/// <summary>Whether the Redis that connects the servers answers, and can keep a stream of events. Writes nothing.</summary>
internal static class RedisCheck
{
    // Streams, which carry what lost sockets have missed.
    private static readonly Version Oldest = new(5, 0);

    public static async Task<Finding> RunAsync(RedisSettings settings, TimeSpan patience)
    {
        if (settings.Configuration is not { } configuration)
            return Finding.Ok("redis", "none is configured: servers on one PostgreSQL database hear each other through that");
        var options = ConfigurationOptions.Parse(configuration);
        var place = string.Join(',', options.EndPoints.Select(static e => e.ToString()!.Replace("Unspecified/", "", StringComparison.Ordinal)));
        options.AbortOnConnectFail = true;
        options.ConnectRetry = 0;
        options.ConnectTimeout = options.SyncTimeout = (int)patience.TotalMilliseconds;
        try
        {
            var (ping, version) = await AskAsync(options);
            return version < Oldest
                ? Finding.Fail("redis", $"{place} is version {version}; {Oldest} or newer is needed")
                : Finding.Ok("redis", string.Create(CultureInfo.InvariantCulture, $"{place} answers in {ping.TotalMilliseconds:0.0} ms, version {version}"));
        }
        catch (RedisException fault)
        {
            return Finding.Fail("redis", $"{place}: {fault.GetType().Name}, it does not answer or does not let this server in");
        }
    }

    private static async Task<(TimeSpan Ping, Version Version)> AskAsync(ConfigurationOptions options)
    {
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        try
        {
            return (await redis.GetDatabase().PingAsync(), redis.GetServer(redis.GetEndPoints()[0]).Version);
        }
        finally
        {
            // Without this the end says QUIT and waits for the answer, which is mostly lost with the connection, for the whole of SyncTimeout.
            await redis.CloseAsync(allowCommandsToComplete: false);
        }
    }
}

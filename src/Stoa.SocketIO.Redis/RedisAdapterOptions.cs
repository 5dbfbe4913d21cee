namespace Stoa.SocketIO.Redis;

/// <summary>Settings of the Redis adapter. Checked when the application starts; a value outside of its range stops the start.</summary>
public sealed class RedisAdapterOptions
{
    /// <summary>
    /// Where Redis is, in the words of StackExchange.Redis: <c>host:port[,host:port],password=…,ssl=true</c>. With <c>abortConnect=false</c> the
    /// application starts without Redis and joins the other nodes when it comes up; by default a missing Redis stops the start.
    /// </summary>
    public string Configuration { get; set; } = "";

    /// <summary>What all channel and key names begin with; must be the same on all nodes and emitters (<c>key</c> there). 1 to 64 characters; default <c>socket.io</c>.</summary>
    public string ChannelPrefix { get; set; } = "socket.io";

    /// <summary>How long the answers of other nodes are waited for. 100 ms to 5 minutes; default 5 s, as in the reference.</summary>
    public TimeSpan RequestsTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Largest message taken from Redis, in bytes; a larger one is dropped and counted. 1 KiB to 512 MiB; default 16 MiB.</summary>
    public int MaxMessageSize { get; set; } = 16 * 1024 * 1024;

    internal IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Configuration))
            yield return $"{nameof(Configuration)} must say where Redis is.";
        if (ChannelPrefix is not { Length: > 0 and <= 64 })
            yield return $"{nameof(ChannelPrefix)} must have 1 to 64 characters.";
        if (RequestsTimeout < TimeSpan.FromMilliseconds(100) || RequestsTimeout > TimeSpan.FromMinutes(5))
            yield return $"{nameof(RequestsTimeout)} must be between 100 ms and 5 minutes, but is {RequestsTimeout}.";
        if (MaxMessageSize is < 1024 or > 512 * 1024 * 1024)
            yield return $"{nameof(MaxMessageSize)} must be between 1024 and 536870912, but is {MaxMessageSize}.";
    }
}

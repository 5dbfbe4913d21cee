using StackExchange.Redis;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>An entry of the stream: an event, or a mark that events for these sockets are not in the stream.</summary>
/// <param name="Message">The event; null for a mark.</param>
/// <param name="Mark">Whom the missing events were meant for; null for an event.</param>
internal sealed record StreamEntry(StreamId Id, BroadcastMessage? Message, BroadcastOptions? Mark);

/// <summary>
/// The events of one namespace in a Redis stream, bounded in number. An event is appended and published in one script: Redis then publishes in
/// the order of the ids, and every node sees one order.
/// </summary>
internal sealed class EventStream(RedisConnection redis, Channels channels, string space, int maxLength)
{
    private const int PageSize = 500;
    private const string EventField = "event";
    private const string MarkField = "gap";

    // An abandoned namespace leaves nothing behind.
    private static readonly string KeptMilliseconds = ((long)TimeSpan.FromDays(2).TotalMilliseconds).ToString(System.Globalization.CultureInfo.InvariantCulture);

    // The id is the message's last element: MessagePack writes a short text as its length and its bytes.
    private const string Append = $"""
        local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '{EventField}', ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        redis.call('PUBLISH', ARGV[4], ARGV[3] .. string.char(160 + #id) .. id)
        return id
        """;

    // In an empty stream nobody has an offset; and the same mark twice with nothing between says no more than once, so that all nodes may set it.
    private const string AppendMark = $"""
        local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
        if not last or (last[2][1] == '{MarkField}' and last[2][2] == ARGV[3]) then return 0 end
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '{MarkField}', ARGV[3])
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    /// <summary>Appends and publishes. Calls are run in their order.</summary>
    public Task AppendAsync(string channel, byte[] messageWithoutId) =>
        redis.ExecuteAsync("EVAL", Append, 1, (RedisKey)channels.StreamKey, maxLength, KeptMilliseconds, messageWithoutId, channel);

    /// <summary>Notes that events for these sockets are not in the stream: a session that may have missed one is not recovered.</summary>
    public Task AppendMarkAsync(BroadcastOptions meant)
    {
        var writer = new MessagePackWriter();
        BroadcastMessage.WriteOptions(writer, new BroadcastOptions { Rooms = Sorted(meant.Rooms), Except = Sorted(meant.Except) });
        return redis.ExecuteAsync("EVAL", AppendMark, 1, (RedisKey)channels.StreamKey, maxLength, KeptMilliseconds, writer.Written.ToArray());
    }

    /// <summary>The id of the last entry; null when there is none.</summary>
    public async Task<StreamId?> LastAsync()
    {
        var entries = (RedisResult[])await redis.ExecuteAsync("XREVRANGE", (RedisKey)channels.StreamKey, "+", "-", "COUNT", 1);
        return entries.Length == 0 ? null : Id(entries[0]);
    }

    /// <summary>The entries after one that must still be there, one page at a time.</summary>
    /// <param name="own">The uid whose packets need not be read.</param>
    /// <returns>A page of null where entries may be missing: <paramref name="from"/>, or the last of the page before, is not in the stream any more.</returns>
    public async IAsyncEnumerable<List<StreamEntry>?> ReadAfterAsync(StreamId from, string? own)
    {
        for (var last = from; ;)
        {
            var page = await RangeAsync(last.ToString());
            if (page.Length == 0 || Id(page[0]) != last)
                yield return null;
            var entries = page.Where(e => Id(e) > last).Select(e => Read(e, own)).ToList();
            if (entries.Count == 0)
                yield break;
            yield return entries;
            if (page.Length < PageSize)
                yield break;
            last = entries[^1].Id;
        }
    }

    private static StreamId Id(RedisResult entry) => StreamId.TryParse((string)((RedisResult[])entry)[0]) ?? throw new FormatException("No id of a stream.");

    private static string[] Sorted(IReadOnlyList<string> names) => [.. names.Order(StringComparer.Ordinal)];

    private async Task<RedisResult[]> RangeAsync(string from) =>
        (RedisResult[])await redis.ExecuteAsync("XRANGE", (RedisKey)channels.StreamKey, from, "+", "COUNT", PageSize);

    // What cannot be read is what was not seen: a mark for everybody.
    private StreamEntry Read(RedisResult entry, string? own)
    {
        var id = Id(entry);
        try
        {
            var fields = (RedisResult[])((RedisResult[])entry)[1];
            var value = (byte[])fields[1];
            if ((string)fields[0] == EventField && BroadcastMessage.Read(BroadcastMessage.Complete(value, id), space, own) is { } message)
                return new StreamEntry(id, message, null);
            var reader = new MessagePackReader(value);
            return new StreamEntry(id, null, BroadcastMessage.ReadOptions(ref reader));
        }
        catch (FormatException)
        {
            return new StreamEntry(id, null, new BroadcastOptions());
        }
    }
}

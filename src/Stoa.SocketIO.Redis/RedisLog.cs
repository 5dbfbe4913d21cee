using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.Redis;

/// <summary>Log events of the adapter, in the category <c>Stoa.SocketIO.Redis</c>. No payloads, no private ids, no addresses.</summary>
internal static partial class RedisLog
{
    [LoggerMessage(40, LogLevel.Error, "Redis is away ({Connection}); this node serves its own clients alone until it is back", EventName = "RedisLost")]
    public static partial void Lost(ILogger logger, string connection);

    [LoggerMessage(41, LogLevel.Information, "Redis is back ({Connection}); messages not published so far: {Dropped}", EventName = "RedisRestored")]
    public static partial void Restored(ILogger logger, string connection, long dropped);

    [LoggerMessage(42, LogLevel.Warning, "A message of another node was dropped in {Namespace}: {Reason}", EventName = "RedisMessageRefused")]
    public static partial void Refused(ILogger logger, string @namespace, string reason);

    [LoggerMessage(43, LogLevel.Information, "Events missed while Redis was away were delivered in {Namespace}: {Count}", EventName = "RedisGapClosed")]
    public static partial void GapClosed(ILogger logger, string @namespace, int count);

    [LoggerMessage(44, LogLevel.Warning, "Events of other nodes may be missing in {Namespace}: the stream no longer holds the last one seen", EventName = "RedisStreamLost")]
    public static partial void StreamLost(ILogger logger, string @namespace);

    [LoggerMessage(45, LogLevel.Warning, "A request to Redis failed in {Namespace}: {Operation}", EventName = "RedisRequestFailed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string @namespace, string operation);

    [LoggerMessage(46, LogLevel.Error, "A message of another node could not be handled in {Namespace}", EventName = "RedisMessageFailed")]
    public static partial void MessageFailed(ILogger logger, Exception exception, string @namespace);
}

using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.Sql;

/// <summary>Log events of the adapter, in the category <c>Stoa.SocketIO.Sql</c>. No payloads, no private ids, no addresses.</summary>
internal static partial class SqlLog
{
    [LoggerMessage(60, LogLevel.Error, "The database of the Socket.IO log is away ({Operation}); this node serves its own clients alone until it is back", EventName = "SqlLogLost")]
    public static partial void Lost(ILogger logger, Exception exception, string operation);

    [LoggerMessage(61, LogLevel.Information, "The database of the Socket.IO log is back ({Operation})", EventName = "SqlLogRestored")]
    public static partial void Restored(ILogger logger, string operation);

    [LoggerMessage(62, LogLevel.Warning, "Events of other nodes may be missing: the log no longer holds the last one seen", EventName = "SqlLogTrimmed")]
    public static partial void Trimmed(ILogger logger);

    [LoggerMessage(63, LogLevel.Warning, "A request to the database failed: {Operation}", EventName = "SqlRequestFailed")]
    public static partial void RequestFailed(ILogger logger, Exception exception, string operation);

    [LoggerMessage(64, LogLevel.Error, "A row of another node could not be handled in {Namespace}", EventName = "SqlRowFailed")]
    public static partial void RowFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(65, LogLevel.Error, "A session could not be written down in {Namespace}; its client begins anew when it is lost", EventName = "SqlSessionNotKept")]
    public static partial void SessionNotKept(ILogger logger, Exception exception, string @namespace);
}

using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.Namespaces;

/// <summary>Log events of namespaces and sockets. No payloads, no addresses, no names a client made up.</summary>
internal static partial class SocketLog
{
    [LoggerMessage(10, LogLevel.Error, "A socket handler failed in {Namespace}: {Kind} {Event}", EventName = "SocketHandlerFailed")]
    public static partial void HandlerFailed(ILogger logger, Exception exception, string @namespace, string kind, string @event);

    [LoggerMessage(11, LogLevel.Warning, "A payload does not fit its handler in {Namespace}: {Event}; ignored", EventName = "SocketBadPayload")]
    public static partial void BadPayload(ILogger logger, string @namespace, string @event);

    [LoggerMessage(12, LogLevel.Debug, "An event without handler was ignored in {Namespace}", EventName = "SocketEventUnknown")]
    public static partial void EventUnknown(ILogger logger, string @namespace);

    [LoggerMessage(13, LogLevel.Debug, "A connection broke the protocol and was closed: {Rule}", EventName = "SocketProtocolBroken")]
    public static partial void ProtocolBroken(ILogger logger, string rule);

    [LoggerMessage(14, LogLevel.Error, "Connection middleware or adapter failed in {Namespace}; the client was refused", EventName = "SocketAdmissionFailed")]
    public static partial void AdmissionFailed(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(15, LogLevel.Debug, "A client was refused in {Namespace}", EventName = "SocketRefused")]
    public static partial void Refused(ILogger logger, string @namespace);

    [LoggerMessage(16, LogLevel.Warning, "A session could not be saved for recovery in {Namespace}", EventName = "SocketSessionNotSaved")]
    public static partial void SessionNotSaved(ILogger logger, Exception exception, string @namespace);

    [LoggerMessage(17, LogLevel.Warning, "Sockets still had work when the server stopped: {Count}", EventName = "SocketsUnfinished")]
    public static partial void Unfinished(ILogger logger, int count);
}

using Microsoft.Extensions.Logging;

namespace Stoa.SocketIO.EngineIO;

/// <summary>Log events of the engine. No session ids: whoever knows one owns the session.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1, LogLevel.Debug, "Engine.IO request refused with code {Code}: {Message}", EventName = "EngineRequestRefused")]
    public static partial void RequestRefused(ILogger logger, int code, string message);

    [LoggerMessage(2, LogLevel.Debug, "Engine.IO session on {Transport} closed: {Reason}", EventName = "EngineSessionClosed")]
    public static partial void SessionClosed(ILogger logger, EngineTransports transport, EngineCloseReason reason);

    [LoggerMessage(3, LogLevel.Error, "A handler of an Engine.IO session failed; its connection is cut", EventName = "EngineServingFailed")]
    public static partial void ServingFailed(ILogger logger, Exception fault);

    [LoggerMessage(4, LogLevel.Error, "A hook of an Engine.IO endpoint failed; the request is answered all the same", EventName = "EngineHookFailed")]
    public static partial void HookFailed(ILogger logger, Exception fault);
}

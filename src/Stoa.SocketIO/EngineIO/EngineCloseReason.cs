namespace Stoa.SocketIO.EngineIO;

/// <summary>Why an Engine.IO session ended. The texts of the reference server are given by <see cref="EngineCloseReasonText.ToText(EngineCloseReason)"/>.</summary>
public enum EngineCloseReason
{
    /// <summary>"transport close": the client closed, or its connection went away.</summary>
    TransportClose,

    /// <summary>"transport error": a rule of the transport was broken, or a waiting poll was aborted.</summary>
    TransportError,

    /// <summary>"ping timeout": no pong in time.</summary>
    PingTimeout,

    /// <summary>"parse error": a packet that is none.</summary>
    ParseError,

    /// <summary>"forced close": this side closed.</summary>
    ForcedClose,

    /// <summary>"server shutting down".</summary>
    ServerShuttingDown,

    /// <summary>"slow reader": the client did not take what was sent to it and its queue was full. Not a reason of the reference server, which has no bound.</summary>
    SlowReader,
}

/// <summary>The wire texts of <see cref="EngineCloseReason"/>.</summary>
public static class EngineCloseReasonText
{
    /// <summary>The reason as the reference server spells it.</summary>
    public static string ToText(this EngineCloseReason reason) => reason switch
    {
        EngineCloseReason.TransportClose => "transport close",
        EngineCloseReason.TransportError => "transport error",
        EngineCloseReason.PingTimeout => "ping timeout",
        EngineCloseReason.ParseError => "parse error",
        EngineCloseReason.ServerShuttingDown => "server shutting down",
        EngineCloseReason.SlowReader => "slow reader",
        _ => "forced close",
    };
}

using Stoa.SocketIO.EngineIO;

namespace Stoa.SocketIO;

/// <summary>Why a socket left its namespace. <see cref="DisconnectReasonText.ToText(DisconnectReason)"/> gives the reference server's words.</summary>
public enum DisconnectReason
{
    /// <summary>"client namespace disconnect": the client left this namespace.</summary>
    ClientNamespaceDisconnect,

    /// <summary>"server namespace disconnect": the server removed the socket from this namespace.</summary>
    ServerNamespaceDisconnect,

    /// <summary>"transport close": the client closed, or its connection went away.</summary>
    TransportClose,

    /// <summary>"transport error": a rule of the transport was broken.</summary>
    TransportError,

    /// <summary>"ping timeout": no pong in time.</summary>
    PingTimeout,

    /// <summary>"parse error": an Engine.IO packet that is none.</summary>
    ParseError,

    /// <summary>"forced close": this side closed the connection, for a broken Socket.IO packet or on request.</summary>
    ForcedClose,

    /// <summary>"forced server close": a packet that was not allowed then, or no namespace entered in time.</summary>
    ForcedServerClose,

    /// <summary>"server shutting down".</summary>
    ServerShuttingDown,

    /// <summary>"slow reader": the client did not take what was sent to it. Not a reason of the reference server, which has no bound.</summary>
    SlowReader,
}

/// <summary>The texts of <see cref="DisconnectReason"/>.</summary>
public static class DisconnectReasonText
{
    /// <summary>The reason as the reference server spells it.</summary>
    public static string ToText(this DisconnectReason reason) => reason switch
    {
        DisconnectReason.ClientNamespaceDisconnect => "client namespace disconnect",
        DisconnectReason.ServerNamespaceDisconnect => "server namespace disconnect",
        DisconnectReason.TransportClose => "transport close",
        DisconnectReason.TransportError => "transport error",
        DisconnectReason.PingTimeout => "ping timeout",
        DisconnectReason.ParseError => "parse error",
        DisconnectReason.ForcedServerClose => "forced server close",
        DisconnectReason.ServerShuttingDown => "server shutting down",
        DisconnectReason.SlowReader => "slow reader",
        _ => "forced close",
    };

    internal static DisconnectReason From(EngineCloseReason reason) => reason switch
    {
        EngineCloseReason.TransportClose => DisconnectReason.TransportClose,
        EngineCloseReason.TransportError => DisconnectReason.TransportError,
        EngineCloseReason.PingTimeout => DisconnectReason.PingTimeout,
        EngineCloseReason.ParseError => DisconnectReason.ParseError,
        EngineCloseReason.ServerShuttingDown => DisconnectReason.ServerShuttingDown,
        EngineCloseReason.SlowReader => DisconnectReason.SlowReader,
        _ => DisconnectReason.ForcedClose,
    };

    /// <summary>Whether a session that ended so may be recovered: not when one side wanted the end, or sent nonsense (reference behaviour).</summary>
    internal static bool IsRecoverable(this DisconnectReason reason) =>
        reason is not (DisconnectReason.ClientNamespaceDisconnect or DisconnectReason.ServerNamespaceDisconnect or DisconnectReason.ParseError);
}

using Stoa.SocketIO;

namespace Stoa.Conformance.Support;

/// <summary>What a test may know of the inside, only to know when to act.</summary>
internal static class Inside
{
    /// <summary>Sockets on polling whose GET waits.</summary>
    public static int LocalSocketsWaitingToPoll(this SocketIOServer server) => server.Of("/").LocalSockets().Count(s => s.Connection.Session.IsPollWaiting);
}

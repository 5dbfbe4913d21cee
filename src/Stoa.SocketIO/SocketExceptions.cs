namespace Stoa.SocketIO;

/// <summary>Thrown by connection middleware to refuse a client: it gets CONNECT_ERROR with this message and data, and its connection stays open.</summary>
/// <param name="message">Shown to the client, unlike the message of any other exception.</param>
/// <param name="data">Sent as <c>data</c>, serialized like a payload; null sends none. Must not hold binary values.</param>
#pragma warning disable CA1032 // The usual constructors would let a refusal be made without saying what the client is told.
public sealed class SocketRefusedException(string message, object? data = null) : Exception(message)
#pragma warning restore CA1032
{
    /// <summary>What the client is told besides the message.</summary>
    public object? Details { get; } = data;
}

/// <summary>Thrown to whoever awaits an acknowledgement when the socket is gone.</summary>
#pragma warning disable CA1032 // Made by this library only.
public sealed class SocketDisconnectedException() : Exception("The socket has been disconnected.");
#pragma warning restore CA1032

/// <summary>
/// Thrown by connection middleware for a socket that <see cref="Namespaces.Socket.IsRecovered"/>, when whoever returned is not who was lost, e.g. somebody else who
/// has signed in on the same page since: the client starts anew, with nothing of the lost socket, and middleware runs again for its new one.
/// </summary>
public sealed class RecoveryRefusedException() : Exception("The lost socket is not given to whoever returned.");

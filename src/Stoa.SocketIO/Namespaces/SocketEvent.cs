using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>One event from a client, with its arguments as they came and the way to acknowledge it.</summary>
public sealed class SocketEvent
{
    private readonly long _id;
    private int _acknowledged;

    internal SocketEvent(Socket socket, string name, SocketArguments arguments, long id)
    {
        Socket = socket;
        Name = name;
        Args = arguments;
        _id = id;
    }

    /// <summary>Who sent it.</summary>
    public Socket Socket { get; }

    /// <summary>The event's name. Never a reserved one.</summary>
    public string Name { get; }

    /// <summary>The arguments, the name not included.</summary>
    public SocketArguments Args { get; }

    /// <summary>Whether the client waits for an acknowledgement.</summary>
    public bool WantsAck => _id != IncomingPacket.NoId;

    /// <summary>Services of this event alone: the scope is made when first asked for and disposed when the handler has ended.</summary>
    public IServiceProvider Services => Socket.Services;

    /// <summary>Acknowledges the event without arguments.</summary>
    /// <returns>False when none is wanted, or it was acknowledged before: only the first one is sent.</returns>
    public bool Ack() => AckArgs([]);

    /// <summary>Acknowledges the event with one argument.</summary>
    /// <returns>False when none is wanted, or it was acknowledged before: only the first one is sent.</returns>
    public bool Ack(object? argument) => AckArgs([argument]);

    /// <summary>Acknowledges the event with these arguments.</summary>
    /// <returns>False when none is wanted, or it was acknowledged before: only the first one is sent.</returns>
    public bool AckArgs(params ReadOnlySpan<object?> arguments)
    {
        if (!WantsAck || Interlocked.Exchange(ref _acknowledged, 1) != 0)
            return false;
        Socket.SendAck(_id, arguments);
        return true;
    }

    /// <summary>The same as <see cref="Ack(object?)"/>; ends when the answer is handed to the connection, which is at once.</summary>
    public ValueTask AckAsync(object? argument)
    {
        Ack(argument);
        return ValueTask.CompletedTask;
    }
}

using Stoa.SocketIO.Packets;

namespace Stoa.SocketIO.Namespaces;

/// <summary>The sockets of a namespace, on all nodes, to be narrowed down and acted upon.</summary>
public abstract class BroadcastTarget : EventEmitter
{
    /// <summary>These rooms; repeated calls add. A socket in several of them is meant once.</summary>
    public BroadcastOperator To(params ReadOnlySpan<string> rooms) => Select().WithRooms(rooms);

    /// <summary>The same as <see cref="To"/>.</summary>
    public BroadcastOperator In(params ReadOnlySpan<string> rooms) => Select().WithRooms(rooms);

    /// <summary>Not the sockets of these rooms; a socket's id is a room, too.</summary>
    public BroadcastOperator Except(params ReadOnlySpan<string> rooms) => Select().WithoutRooms(rooms);

    /// <summary>Drop the event for sockets that cannot be written to at this moment.</summary>
    public BroadcastOperator Volatile => Select().AsVolatile();

    /// <summary>Only sockets of this node.</summary>
    public BroadcastOperator Local => Select().AsLocal();

    /// <summary>A node hands the broadcast of this key to its sockets once, however often and on whichever nodes it is made: for what is told again after a failure.</summary>
    /// <param name="key">Names the event, its rooms and what happened; nodes remember their last 32,768.</param>
    public BroadcastOperator Once(string key) => Select().WithKey(key);

    /// <summary>Sends an event and gathers the acknowledgements of all receivers.</summary>
    /// <typeparam name="T">The type of each answer's first argument; <see cref="Packets.SocketArguments"/> for all of them.</typeparam>
    /// <param name="timeout">How long answers are waited for; on time-out those that came are returned.</param>
    public Task<BroadcastAnswers<T>> EmitWithAckAsync<T>(string eventName, TimeSpan timeout) => EmitArgsWithAckAsync<T>(eventName, timeout, []);

    /// <inheritdoc cref="EmitWithAckAsync{T}(string, TimeSpan)"/>
    public Task<BroadcastAnswers<T>> EmitWithAckAsync<T>(string eventName, TimeSpan timeout, object? argument) => EmitArgsWithAckAsync<T>(eventName, timeout, [argument]);

    /// <inheritdoc cref="EmitWithAckAsync{T}(string, TimeSpan)"/>
    public Task<BroadcastAnswers<T>> EmitArgsWithAckAsync<T>(string eventName, TimeSpan timeout, params ReadOnlySpan<object?> arguments) =>
        Select().CollectAsync<T>(eventName, timeout, arguments);

    /// <inheritdoc/>
    public override ValueTask EmitArgsAsync(string eventName, params ReadOnlySpan<object?> arguments) => Select().BroadcastAsync(eventName, arguments);

    /// <summary>The sockets meant, on all nodes; those of another node as that node described them.</summary>
    /// <exception cref="TimeoutException">Another node did not answer.</exception>
    public ValueTask<IReadOnlyList<RemoteSocket>> FetchSocketsAsync(CancellationToken cancellation = default) => Select().FetchAsync(cancellation);

    /// <summary>Makes the sockets meant join rooms.</summary>
    /// <exception cref="ArgumentException">A name is not well-formed Unicode.</exception>
    public ValueTask SocketsJoinAsync(params ReadOnlySpan<string> rooms)
    {
        LoneSurrogates.Refuse(rooms, nameof(rooms));
        return Select().JoinRoomsAsync([.. rooms]);
    }

    /// <summary>Makes the sockets meant leave rooms; a socket never leaves the room named after its id.</summary>
    public ValueTask SocketsLeaveAsync(params ReadOnlySpan<string> rooms) => Select().LeaveRoomsAsync([.. rooms]);

    /// <summary>Disconnects the sockets meant.</summary>
    /// <param name="close">Also close their connections, with all namespaces on them.</param>
    public ValueTask DisconnectSocketsAsync(bool close = false) => Select().DisconnectAllAsync(close);

    private protected abstract BroadcastOperator Select();
}

/// <summary>The answers to a broadcast.</summary>
/// <param name="Answers">In order of arrival; those that do not fit <typeparamref name="T"/> are left out.</param>
/// <param name="IsComplete">False when the time was up before every receiver had answered, or an answer was left out.</param>
public sealed record BroadcastAnswers<T>(IReadOnlyList<T> Answers, bool IsComplete);

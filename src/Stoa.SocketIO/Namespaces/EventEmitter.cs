namespace Stoa.SocketIO.Namespaces;

/// <summary>Something events can be sent to: one socket, some, or all.</summary>
/// <remarks>
/// Each argument is serialized by its own type with <see cref="SocketIOOptions.Json"/>; <c>byte[]</c> and memories of bytes, anywhere inside, travel
/// as binary. An array or list is one argument: use <see cref="EmitArgsAsync"/> for arguments in a list. Emitting does not wait for the client:
/// it is encoded once and handed to each connection's queue, in the order of the calls of one thread, delivered at most once.
/// </remarks>
public abstract class EventEmitter
{
    /// <summary>Sends an event without arguments.</summary>
    /// <exception cref="ArgumentException">The name is reserved (<c>connect</c>, <c>disconnect</c> and the like) or not well-formed
    /// Unicode.</exception>
    public ValueTask EmitAsync(string eventName) => EmitArgsAsync(eventName, []);

    /// <summary>Sends an event with one argument.</summary>
    /// <exception cref="ArgumentException">The name is reserved or not well-formed Unicode.</exception>
    public ValueTask EmitAsync(string eventName, object? argument) => EmitArgsAsync(eventName, [argument]);

    /// <summary>Sends an event with two arguments.</summary>
    /// <exception cref="ArgumentException">The name is reserved or not well-formed Unicode.</exception>
    public ValueTask EmitAsync(string eventName, object? first, object? second) => EmitArgsAsync(eventName, [first, second]);

    /// <summary>Sends an event with three arguments.</summary>
    /// <exception cref="ArgumentException">The name is reserved or not well-formed Unicode.</exception>
    public ValueTask EmitAsync(string eventName, object? first, object? second, object? third) => EmitArgsAsync(eventName, [first, second, third]);

    /// <summary>Sends an event with each element as one argument.</summary>
    /// <exception cref="ArgumentException">The name is reserved or not well-formed Unicode.</exception>
    public abstract ValueTask EmitArgsAsync(string eventName, params ReadOnlySpan<object?> arguments);
}

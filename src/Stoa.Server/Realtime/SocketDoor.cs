using System.ComponentModel.DataAnnotations;
using Stoa.Core;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Server.Realtime;

/// <summary>What an event's acknowledgement says.</summary>
/// <param name="Data">What the event brought forth; null when it is only "done".</param>
/// <param name="Code">The refusal's code; null on success.</param>
public sealed record EventAnswer(bool Success, object? Data, string? Code, string? Error, string? Message)
{
    public static EventAnswer Of(Refusal refusal) => new(false, null, refusal.Code, refusal.Text, refusal.Text);
}

/// <summary>A refused event, for clients that ask for no acknowledgement.</summary>
/// <param name="Event">Which event was refused.</param>
public sealed record EventError(string Code, string Error, string Message, string Event);

/// <summary>Maps events onto operations: validates the payload, answers the acknowledgement, tells refusals.</summary>
public static class SocketDoor
{
    // As HTTP calls it. What went wrong stands in the log alone.
    private static readonly Refusal Fault = Refusal.Conflict("fault", "Something went wrong on our side");
    private static readonly Refusal InvalidPayload = Refusal.Invalid("event.invalid", "The payload is not what this event takes");

    /// <summary>An event that asks for something: its outcome is acknowledged, a refusal is also emitted (<see cref="TellRefusalAsync"/>).</summary>
    /// <param name="handle">Called with the caller of the socket's session, after the payload was validated.</param>
    public static void OnRequest<TPayload>(
        this SocketNamespaceBuilder io,
        string name,
        string errorEvent,
        Func<Socket, TPayload, Caller, CancellationToken, Task<Outcome<object?>>> handle)
        where TPayload : class =>
        io.On<TPayload, EventAnswer>(name, async (socket, payload, cancellation) =>
        {
            var outcome = WhyNot(payload) is { } invalid ? invalid : await handle(socket, payload, SocketGate.CallerOf(socket), cancellation);
            if (outcome.Refusal is not { } refusal)
                return new EventAnswer(true, outcome.Value, null, null, null);
            await socket.TellRefusalAsync(errorEvent, refusal, name);
            return EventAnswer.Of(refusal);
        });

    /// <summary>
    /// An event that asks for much: answered once, in the acknowledgement when the client waits for one, and by events of these names when
    /// it does not.
    /// </summary>
    /// <param name="handle">Called with the caller of the socket's session, after the payload was validated.</param>
    public static void OnQuestion<TPayload>(
        this SocketNamespaceBuilder io,
        string name,
        string errorEvent,
        Func<Socket, TPayload, Caller, CancellationToken, Task<Outcome<object?>>> handle,
        params IReadOnlyList<string> answers)
        where TPayload : class =>
        io.OnEvent<TPayload, EventAnswer>(name, async (SocketEvent happened, TPayload payload, CancellationToken cancellation) =>
        {
            var socket = happened.Socket;
            var outcome = WhyNot(payload) is { } invalid ? invalid
                : await handle(socket, payload, SocketGate.CallerOf(socket), cancellation);
            if (outcome.Refusal is { } refusal)
            {
                await socket.TellRefusalAsync(errorEvent, refusal, name);
                return EventAnswer.Of(refusal);
            }

            if (!happened.WantsAck)
            {
                foreach (var answer in answers)
                    await socket.EmitAsync(answer, outcome.Value);
            }

            return new EventAnswer(true, outcome.Value, null, null, null);
        });

    /// <summary>Answers what no handler could: payloads that are not even readable, and faults. Nobody waits for an acknowledgement that never comes.</summary>
    public static void AnswerFaults(this SocketNamespaceBuilder io, string errorEvent) => io
        .OnBadPayload((happened, _, _) => RefuseAsync(happened, errorEvent, InvalidPayload))
        .OnError((happened, _, _) => RefuseAsync(happened, errorEvent, Fault));

    /// <summary>Around the handling of every event: what fails because the record is out of reach is refused as such, and is no fault.</summary>
    public static async Task AnswerOutagesAsync(SocketEvent happened, Func<Task> next, CancellationToken cancellation)
    {
        try
        {
            await next();
        }
        catch (Exception fault) when (happened.Services.GetRequiredService<Outages>().Notes(fault))
        {
            await RefuseAsync(happened, Events.DmError, Outages.Unavailable);
        }
    }

    internal static async Task RefuseAsync(SocketEvent happened, string errorEvent, Refusal refusal)
    {
        happened.Ack(EventAnswer.Of(refusal));
        await happened.Socket.TellRefusalAsync(errorEvent, refusal, happened.Name);
    }

    /// <summary>Tells the client which event was refused and why: under the name of the event's family, and as <see cref="Events.Error"/>, to which some clients listen alone (contract E.9.24).</summary>
    internal static async Task TellRefusalAsync(this Socket socket, string errorEvent, Refusal refusal, string name)
    {
        var error = new EventError(refusal.Code, refusal.Text, refusal.Text, name);
        await socket.EmitAsync(errorEvent, error);
        await socket.EmitAsync(Events.Error, error);
    }

    private static Refusal? WhyNot<TPayload>(TPayload payload)
        where TPayload : class
    {
        if (payload is null)
            return InvalidPayload;
        var problems = new List<ValidationResult>();
        return Validator.TryValidateObject(payload, new ValidationContext(payload), problems, validateAllProperties: true)
            ? null
            : InvalidPayload with { Text = string.Join("; ", problems.Select(static p => $"{System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(p.MemberNames.FirstOrDefault() ?? "payload")}: {p.ErrorMessage}")) };
    }
}

using Stoa.Core.Outbox;

namespace Stoa.Server.Jobs;

/// <summary>Which subscribers an event goes to. One line per event type, no scanning.</summary>
public sealed class OutboxRoutes
{
    private readonly Dictionary<Type, Func<IOutboxEvent, IServiceProvider, CancellationToken, Task>> routes = [];

    /// <summary>Makes events of a type reach every registered <see cref="IOutboxSubscriber{T}"/>, one after the other.</summary>
    public OutboxRoutes Add<T>()
        where T : class, IOutboxEvent
    {
        routes[typeof(T)] = static async (what, services, cancellation) =>
        {
            foreach (var subscriber in services.GetServices<IOutboxSubscriber<T>>())
                await subscriber.HandleAsync((T)what, cancellation);
        };
        return this;
    }

    /// <summary>Call last: an event of the catalogue without a line here would be told and heard by nobody.</summary>
    /// <exception cref="InvalidOperationException">One has none; the server does not start.</exception>
    public OutboxRoutes Complete() => OutboxEvents.All.FirstOrDefault(t => !routes.ContainsKey(t)) is { } forgotten
        ? throw new InvalidOperationException($"No route for {forgotten.Name}: add it to {nameof(OutboxRoutes)}.")
        : this;

    public async Task DeliverAsync(IOutboxEvent what, IServiceScopeFactory scopes, CancellationToken cancellation)
    {
        var deliver = routes[what.GetType()];
        await using var scope = scopes.CreateAsyncScope();
        await deliver(what, scope.ServiceProvider, cancellation);
    }
}

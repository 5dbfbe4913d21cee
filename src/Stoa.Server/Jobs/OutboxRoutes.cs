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

    public async Task DeliverAsync(IOutboxEvent what, IServiceScopeFactory scopes, CancellationToken cancellation)
    {
        if (!routes.TryGetValue(what.GetType(), out var deliver))
            return;
        await using var scope = scopes.CreateAsyncScope();
        await deliver(what, scope.ServiceProvider, cancellation);
    }
}

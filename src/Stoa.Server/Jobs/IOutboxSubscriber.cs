using Stoa.Core.Outbox;

namespace Stoa.Server.Jobs;

/// <summary>Does what must follow an event. Called at least once per event, so it is idempotent.</summary>
/// <remarks>
/// Throwing means "again later", with growing delay, for every subscriber of that event. Events of one conversation come in order, except
/// for those that are repeated after a fault. A subscriber must be quick: it holds up the next event; what is slow gets its own job.
/// </remarks>
public interface IOutboxSubscriber<in T>
    where T : IOutboxEvent
{
    Task HandleAsync(T what, CancellationToken cancellation);
}

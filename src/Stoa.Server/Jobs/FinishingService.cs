namespace Stoa.Server.Jobs;

/// <summary>A background service that has something left to do when it stops: done once, however often it is told to.</summary>
/// <remarks>
/// A host may be stopped from two sides at once (a signal, and whoever started it): the second must not come back before the first is done, because
/// what follows a stop is that the services below it are disposed.
/// </remarks>
public abstract class FinishingService : BackgroundService
{
    private readonly Lock gate = new();
    private Task? finishing;

    public sealed override Task StopAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return finishing ??= EndAsync(cancellationToken);
    }

    /// <summary>What is left to do after the work itself has ended. Must not fail for an outage: nobody could do anything about it.</summary>
    protected abstract Task FinishAsync(CancellationToken cancellation);

    private async Task EndAsync(CancellationToken cancellation)
    {
        await base.StopAsync(cancellation);
        await FinishAsync(cancellation);
    }
}

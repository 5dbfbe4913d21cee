using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging;

/// <summary>The messaging policy, kept for a moment: sending asks for it each time.</summary>
/// <remarks>A change holds at once on the node that made it, and on every other within <see cref="KeptFor"/>.</remarks>
public sealed class PolicyInForce(IDbContextFactory<StoaDb> databases, StoaSettings settings, TimeProvider clock) : IDisposable
{
    /// <summary>Shorter than the five seconds that are promised, for what reading takes.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(3);

    private readonly SemaphoreSlim reading = new(1);
    private Kept? kept;
    private long generation;

    public async ValueTask<MessagingPolicy> FindAsync(CancellationToken cancellation) =>
        Fresh() ?? await ReadAsync(cancellation);

    /// <summary>Call after the commit that changed it.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref generation);
        Volatile.Write(ref kept, null);
    }

    public void Dispose() => reading.Dispose();

    private MessagingPolicy? Fresh() => Volatile.Read(ref kept) is { } known && clock.GetUtcNow() < known.Until ? known.Policy : null;

    private async Task<MessagingPolicy> ReadAsync(CancellationToken cancellation)
    {
        // One reads, however many are sending; the others take what it found.
        await reading.WaitAsync(cancellation);
        try
        {
            if (Fresh() is { } policy)
                return policy;
            var (started, until) = (Volatile.Read(ref generation), clock.GetUtcNow() + KeptFor);
            await using var db = await databases.CreateDbContextAsync(cancellation);
            var row = await db.MessagingSettings.AsNoTracking().SingleOrDefaultAsync(r => r.Id == MessagingSettingsRow.OnlyId, cancellation);
            policy = MessagingPolicy.Of(settings, row);

            // What changed while we were reading must not be kept.
            if (Volatile.Read(ref generation) == started)
                Volatile.Write(ref kept, new Kept(policy, until));
            return policy;
        }
        finally
        {
            reading.Release();
        }
    }

    private sealed record Kept(MessagingPolicy Policy, DateTimeOffset Until);
}

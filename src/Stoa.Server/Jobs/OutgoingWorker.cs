using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;
using Stoa.Core.Data;
using Stoa.Core.Outbox;

namespace Stoa.Server.Jobs;

/// <summary>What one kind of outgoing thing has of its own.</summary>
/// <param name="Carrier">As errors call it, e.g. <c>The mail server</c>.</param>
/// <param name="SendTimeout">How long the carrier may take over one of them.</param>
/// <param name="FirstRetry">After the first failure; each next delay is three times as long, at most four hours.</param>
/// <param name="KeepFor">How long the row stays after it was sent or given up.</param>
/// <param name="MaxErrorLength">What is longer is cut.</param>
public sealed record OutgoingRules(string Carrier, TimeSpan PollInterval, TimeSpan SendTimeout, TimeSpan FirstRetry, TimeSpan KeepFor, int MaxErrorLength);

/// <summary>Sends what is queued: one after the other, each claimed so that of several nodes one sends it. Forgets what is old.</summary>
/// <remarks>
/// At least once: a process that dies between the carrier's "yes" and our note of it sends again. A failure is repeated with growing delay
/// until the thing's time is over; then, or when it was refused for good, it stays as failed until it is forgotten.
/// </remarks>
public abstract class OutgoingWorker<T>(IDbContextFactory<StoaDb> databases, OutgoingRules rules, TimeProvider clock) : BackgroundService
    where T : Outgoing
{
    private const int RoundLimit = 50;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromHours(4);
    private static readonly TimeSpan CleaningInterval = TimeSpan.FromHours(1);

    // Composing and noting take moments; what counts is the time the carrier is given.
    private TimeSpan Lease => rules.SendTimeout + TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(rules.PollInterval, clock);
        do
        {
            try
            {
                await SendDueAsync(stoppingToken);
                var now = clock.GetUtcNow();
                if (now - cleaned >= CleaningInterval)
                {
                    await ForgetOldAsync(now - rules.KeepFor, stoppingToken);
                    cleaned = now;
                }
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                NoteRoundFailed(fault);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    protected IDbContextFactory<StoaDb> Databases => databases;

    /// <summary>Hands one over; false when there is nothing to say any more.</summary>
    /// <exception cref="SendingRefusedException">Not to be repeated. Any other exception: to be tried again.</exception>
    protected abstract Task<bool> DeliverAsync(T one, CancellationToken cancellation);

    /// <summary>What else changes with the row that is sent.</summary>
    protected abstract void Settle(T one, UpdateSettersBuilder<T> row);

    /// <summary>What else changes with the row that is given up.</summary>
    protected virtual void GiveUp(T one, UpdateSettersBuilder<T> row)
    {
    }

    /// <summary>The round is over: the carrier may be let go.</summary>
    protected virtual ValueTask EndRoundAsync() => ValueTask.CompletedTask;

    protected abstract void NoteSent(T one);

    protected virtual void NoteDropped(T one)
    {
    }

    protected abstract void NoteDelayed(T one, TimeSpan delay, string error, Exception fault);

    protected abstract void NoteFailed(T one, string error);

    protected abstract void NoteRoundFailed(Exception fault);

    protected virtual async Task ForgetOldAsync(DateTimeOffset before, CancellationToken stopping) =>
        await UpdateAsync(db => db.Set<T>().Where(o => o.State != OutgoingState.Queued && o.DoneAt < before).ExecuteDeleteAsync(stopping), stopping);

    protected async Task<int> UpdateAsync(Func<StoaDb, Task<int>> update, CancellationToken cancellation)
    {
        await using var db = await databases.CreateDbContextAsync(cancellation);
        return await db.WriteAsync(() => update(db), cancellation);
    }

    private async Task SendDueAsync(CancellationToken stopping)
    {
        try
        {
            List<T> due;
            do
            {
                due = await DueAsync(stopping);
                foreach (var one in due)
                {
                    // When the carrier is away, the rest is better left for the next round.
                    if (await ClaimAsync(one, stopping) && !await SendAsync(one, stopping))
                        return;
                }
            }
            while (due.Count == RoundLimit);
        }
        finally
        {
            await EndRoundAsync();
        }
    }

    private async Task<List<T>> DueAsync(CancellationToken stopping)
    {
        await using var db = await databases.CreateDbContextAsync(stopping);
        var now = clock.GetUtcNow();
        return await db.Set<T>().AsNoTracking().Where(o => o.State == OutgoingState.Queued && o.DueAt <= now)
            .OrderBy(o => o.DueAt).ThenBy(o => o.Id).Take(RoundLimit).ToListAsync(stopping);
    }

    private async Task<bool> ClaimAsync(T one, CancellationToken stopping)
    {
        var until = clock.GetUtcNow() + Lease;
        return await UpdateAsync(db => db.Set<T>().Where(o => o.Id == one.Id && o.State == OutgoingState.Queued && o.DueAt == one.DueAt)
            .ExecuteUpdateAsync(o => o.SetProperty(x => x.DueAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), stopping), stopping) == 1;
    }

    /// <summary>False when the next one would meet the same fault.</summary>
    private async Task<bool> SendAsync(T one, CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(rules.SendTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            var isSent = await DeliverAsync(one, either.Token);

            // Not given up for a stop: what is not noted as sent is sent again.
            await (isSent ? SucceedAsync(one, CancellationToken.None) : DropAsync(one, CancellationToken.None));
            return true;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not ours any more: whoever starts next need not wait for the lease.
            await PostponeAsync(one, TimeSpan.Zero, null, CancellationToken.None);
            throw;
        }
        catch (SendingRefusedException refused)
        {
            await FailAsync(one, refused.Message, stopping);
            return true;
        }
        catch (Exception fault)
        {
            var delayed = fault as SendingDelayedException;
            var isTooLong = fault is OperationCanceledException;
            await RepeatAsync(one, delayed?.Message ?? (isTooLong ? $"{rules.Carrier} took too long" : fault.GetType().Name), fault, stopping);
            return !(delayed?.IsCarrierGone ?? isTooLong);
        }
    }

    private async Task SucceedAsync(T one, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await UpdateRowAsync(
            one,
            row =>
            {
                row.SetProperty(x => x.State, OutgoingState.Sent).SetProperty(x => x.DoneAt, now).SetProperty(x => x.LastError, (string?)null);
                Settle(one, row);
            },
            cancellation);
        NoteSent(one);
    }

    private async Task DropAsync(T one, CancellationToken cancellation)
    {
        await UpdateAsync(db => db.Set<T>().Where(o => o.Id == one.Id).ExecuteDeleteAsync(cancellation), cancellation);
        NoteDropped(one);
    }

    private async Task RepeatAsync(T one, string error, Exception fault, CancellationToken stopping)
    {
        var delay = DelayAfter(one.Attempts);
        if (clock.GetUtcNow() + delay >= one.ExpiresAt)
        {
            await FailAsync(one, error, stopping);
            return;
        }

        await PostponeAsync(one, delay, error, stopping);
        NoteDelayed(one, delay, error, fault);
    }

    private Task<int> PostponeAsync(T one, TimeSpan delay, string? error, CancellationToken cancellation)
    {
        var due = clock.GetUtcNow() + delay;
        return UpdateRowAsync(one, row => row.SetProperty(x => x.DueAt, due).SetProperty(x => x.LastError, Cut(error)), cancellation);
    }

    private async Task FailAsync(T one, string error, CancellationToken stopping)
    {
        var now = clock.GetUtcNow();
        await UpdateRowAsync(
            one,
            row =>
            {
                row.SetProperty(x => x.State, OutgoingState.Failed).SetProperty(x => x.DoneAt, now).SetProperty(x => x.LastError, Cut(error));
                GiveUp(one, row);
            },
            stopping);
        NoteFailed(one, error);
    }

    private Task<int> UpdateRowAsync(T one, Action<UpdateSettersBuilder<T>> set, CancellationToken cancellation) =>
        UpdateAsync(db => db.Set<T>().Where(o => o.Id == one.Id).ExecuteUpdateAsync(set, cancellation), cancellation);

    private TimeSpan DelayAfter(int attempts)
    {
        var seconds = rules.FirstRetry.TotalSeconds * Math.Pow(3, Math.Min(attempts, 20));
        return seconds >= MaxDelay.TotalSeconds ? MaxDelay : TimeSpan.FromSeconds(seconds);
    }

    private string? Cut(string? error) => error?.Length > rules.MaxErrorLength ? error[..rules.MaxErrorLength] : error;
}

/// <summary>Something that cannot be sent, however often it is tried. The message says no more than a row may keep.</summary>
public sealed class SendingRefusedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Something that cannot be sent now.</summary>
/// <param name="isCarrierGone">True when the next one would meet the same fault.</param>
public sealed class SendingDelayedException(string message, bool isCarrierGone, Exception? inner = null) : Exception(message, inner)
{
    public bool IsCarrierGone { get; } = isCarrierGone;
}

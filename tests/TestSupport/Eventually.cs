using Xunit;

namespace Stoa.TestSupport;

/// <summary>For what another process, or a worker without a hook, does in its own time. The test ends at once when it has happened.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Until the answer is the expected one.</summary>
    public static async Task IsAsync<T>(T expected, Func<Task<T>> ask) =>
        Assert.Equal(expected, await GetAsync(ask, seen => EqualityComparer<T>.Default.Equals(expected, seen), seen => $"expected {expected}, still {seen}"));

    /// <summary>What is seen once it is as it should be.</summary>
    /// <param name="complaint">Said of the last sight when patience is at its end.</param>
    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> isThere, Func<T, string> complaint)
    {
        using var timer = new PeriodicTimer(Glance);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            var seen = await look();
            if (isThere(seen))
                return seen;
            try
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail(complaint(seen));
            }
        }
    }

    public static Task<T> GetAsync<T>(Func<T> look, Func<T, bool> isThere, Func<T, string> complaint) => GetAsync(() => Task.FromResult(look()), isThere, complaint);
}

using Xunit;

namespace Stoa.TestSupport;

/// <summary>For what another process, or a worker without a hook, does in its own time. The test ends at once when it has happened.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

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

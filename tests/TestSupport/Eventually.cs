using Xunit;

namespace Stoa.TestSupport;

/// <summary>For what follows later by design: asks again until it is so, and fails after ten seconds.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task IsAsync<T>(T expected, Func<Task<T>> ask)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Limit;
        var seen = await ask();
        while (!EqualityComparer<T>.Default.Equals(expected, seen) && TimeProvider.System.GetUtcNow() < deadline)
        {
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
            seen = await ask();
        }

        Assert.Equal(expected, seen);
    }
}

using System.Threading.Channels;

namespace Stoa.Conformance.Support;

/// <summary>Waiting for events, never for time: a test that hangs fails after <see cref="Patience"/>.</summary>
public static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    public static Task Soon(this Task task) => task.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>For state that has no event of its own: looks again until it holds.</summary>
    public static async Task Until(Func<bool> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!holds())
            await Task.Delay(2, patience.Token);
    }
}

/// <summary>What handlers saw, in order, to be awaited one by one.</summary>
public sealed class Seen<T>
{
    private readonly Channel<T> _channel = Channel.CreateUnbounded<T>();

    public void Add(T item) => _channel.Writer.TryWrite(item);

    public Task<T> NextAsync() => _channel.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().Soon();

    public async Task<List<T>> TakeAsync(int count)
    {
        var items = new List<T>();
        while (items.Count < count)
            items.Add(await NextAsync());
        return items;
    }

    public bool IsEmpty => !_channel.Reader.TryPeek(out _);
}

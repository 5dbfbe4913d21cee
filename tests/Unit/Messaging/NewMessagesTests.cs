using Stoa.Core.Outbox;
using Stoa.Server.Messaging;
using Xunit;

namespace Unit.Messaging;

public sealed class NewMessagesTests
{
    /// <summary>A timer may fire in the very moment in which it is disposed: once this ended the process.</summary>
    [Fact]
    public async Task A_pause_that_ends_when_it_rings_harms_nobody()
    {
        var clock = new LateClock();
        var news = new NewMessages();
        using var bell = news.Listen(1);
        await news.HandleAsync(new MessagesAppended([new MessageRef(1, 1)]), TestContext.Current.CancellationToken);
        await bell.WaitAsync(TimeSpan.FromMinutes(1), clock, TestContext.Current.CancellationToken);

        Assert.NotEmpty(clock.Timers);
        foreach (var fire in clock.Timers)
            fire();
    }

    private sealed class LateClock : TimeProvider
    {
        public List<Action> Timers { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Timers.Add(() => callback(state));
            return new NoTimer();
        }
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

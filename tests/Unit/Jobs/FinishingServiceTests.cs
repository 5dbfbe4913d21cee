using Stoa.Server.Jobs;
using Xunit;

namespace Unit.Jobs;

public sealed class FinishingServiceTests
{
    [Fact]
    public async Task Whoever_stops_it_second_waits_for_what_the_first_has_begun()
    {
        using var service = new Slow();
        var token = TestContext.Current.CancellationToken;
        await service.StartAsync(token);

        var (first, second) = (service.StopAsync(token), service.StopAsync(token));

        Assert.False(first.IsCompleted || second.IsCompleted);
        service.MayEnd.SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal(1, service.Finished);
    }

    private sealed class Slow : FinishingService
    {
        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Finished { get; private set; }

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.CompletedTask;

        protected override async Task FinishAsync(CancellationToken cancellation)
        {
            await MayEnd.Task;
            Finished++;
        }
    }
}

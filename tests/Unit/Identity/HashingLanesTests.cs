using Stoa.Server.Hosting.Limits;
using Stoa.Server.Identity;
using Xunit;

namespace Unit.Identity;

public sealed class HashingLanesTests
{
    private static readonly HashingShare OneNetwork = HashingShare.Of(ClientNetwork.Of("198.51.100.9"));

    [Fact]
    public void Strangers_fill_their_half_and_those_who_are_known_keep_theirs()
    {
        var queue = new HashingLanes(32);

        Assert.Equal(16, Enumerable.Range(0, 100).Count(i => queue.TryAdd(HashingShare.Of(ClientNetwork.Of($"198.51.100.{i}")), Nothing)));
        Assert.Equal(16, Enumerable.Range(0, 100).Count(_ => queue.TryAdd(HashingShare.Known, Nothing)));
    }

    [Fact]
    public void One_network_has_an_eighth_of_the_strangers_half_and_has_it_again_when_it_was_served()
    {
        var queue = new HashingLanes(32);

        Assert.Equal(2, Enumerable.Range(0, 100).Count(_ => queue.TryAdd(OneNetwork, Nothing)));
        Assert.True(queue.TryAdd(HashingShare.Of(ClientNetwork.Of("203.0.113.7")), Nothing));
        queue.Take();
        Assert.True(queue.TryAdd(OneNetwork, Nothing));
        Assert.False(queue.TryAdd(OneNetwork, Nothing));
    }

    [Fact]
    public void Both_halves_are_served_in_turns_each_in_its_order()
    {
        var queue = new HashingLanes(100);
        var served = new List<string>();
        foreach (var name in (string[])["stranger 1", "stranger 2", "stranger 3"])
            queue.TryAdd(OneNetwork, () => served.Add(name));
        foreach (var name in (string[])["known 1", "known 2"])
            queue.TryAdd(HashingShare.Known, () => served.Add(name));

        for (var i = 0; i < 5; i++)
            queue.Take()!();

        Assert.Equal(["known 1", "stranger 1", "known 2", "stranger 2", "stranger 3"], served);
    }

    [Fact]
    public void A_closed_queue_serves_what_it_has_and_takes_nothing()
    {
        var queue = new HashingLanes(10);
        queue.TryAdd(HashingShare.Known, Nothing);
        queue.Close();

        Assert.False(queue.TryAdd(HashingShare.Known, Nothing));
        Assert.NotNull(queue.Take());
        Assert.Null(queue.Take());
    }

    private static void Nothing()
    {
    }
}

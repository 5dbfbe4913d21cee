using Stoa.Core.Data;
using Xunit;

namespace Unit.Data;

public sealed class UnrepeatedIdTests
{
    [Fact]
    public void Ids_are_above_what_counters_reach_whole_in_javascript_and_never_the_same()
    {
        var ids = Enumerable.Range(0, 10_000).Select(static _ => UnrepeatedId.New()).ToList();

        Assert.All(ids, static id => Assert.InRange(id, 1L << 32, (1L << 53) - 1));
        Assert.Equal(ids.Count, ids.Distinct().Count());
    }
}

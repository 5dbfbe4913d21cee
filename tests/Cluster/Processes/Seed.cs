using System.Globalization;
using Xunit;

namespace Cluster.Processes;

/// <summary>Where chance comes from: the same kills again with <c>STOA_TEST_SEED</c>.</summary>
public static class Seed
{
    /// <summary>Says in the test's output which seed it took.</summary>
    public static Random NewRandom()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("STOA_TEST_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;
        TestContext.Current.TestOutputHelper!.WriteLine($"STOA_TEST_SEED={seed}");
        return new Random(seed);
    }
}

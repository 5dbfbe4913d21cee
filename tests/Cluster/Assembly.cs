using Cluster;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

// Servers, their databases, folders and ports are each test's own, and half of a test is waiting for a process to start or to be taken for dead.
[assembly: CollectionBehavior(MaxParallelThreads = 3)]
[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Cluster;

/// <summary>For tests that load the server with all their might: beside others they would measure each other's patience.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Begun last, they would go on when all others have ended. A killed server on PostgreSQL serves again only when the others take its former self for dead.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [nameof(PostgresKillTests), nameof(BackupTests), nameof(SqliteKillTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static c => Array.FindIndex(Longest, name => c.TestCollectionDisplayName.Contains($".{name} ", StringComparison.Ordinal)) is var i and >= 0 ? i : Longest.Length)];
}

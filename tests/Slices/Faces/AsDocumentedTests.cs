using Stoa.TestSupport;
using Stoa.TestSupport.Answers;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Slices.Faces.LastOfAll))]

namespace Slices.Faces;

/// <summary>
/// After every other test: each answer that any of them was given stands in the API document, with its status, media type, code and
/// members.
/// </summary>
/// <remarks>A run of some classes alone does not come here; then <see cref="SharedServers"/> compares what those were given.</remarks>
[Collection(nameof(LastOfAll))]
public sealed class AsDocumentedTests
{
    [Fact]
    [Trait("WholeRun", "true")]
    public async Task Whatever_was_answered_stands_in_the_api_document()
    {
        var missing = await ApiPromises.WhatIsMissingAsync();

        Assert.True(missing.Count == 0, $"The API document does not tell of {missing.Count} answers:\n{string.Join('\n', missing)}");
    }
}

/// <summary>Nothing runs beside it, and it comes last.</summary>
[CollectionDefinition(nameof(LastOfAll), DisableParallelization = true)]
public sealed class LastOfAll : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(static c => c.TestCollectionDisplayName == nameof(LastOfAll))];
}

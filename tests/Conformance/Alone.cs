namespace Stoa.Conformance;

/// <summary>Tests that run last and by themselves, because they measure the whole process or leave a client little time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

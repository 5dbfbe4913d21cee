using Xunit.v3;

namespace Stoa.TestSupport;

/// <summary>Names the rows of docs/requirements.tsv that a test (or every test of a class) proves: <c>[Requirement("S1-12")]</c>.</summary>
/// <remarks>
/// It is a trait of the test, so it stands in the reports that <c>./test</c> writes, which <c>./run rows</c> reads; and one row's tests can be
/// run alone: <c>./test --filter-trait "Requirement=S1-12"</c>.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequirementAttribute(params string[] rows) : Attribute, ITraitAttribute
{
    public const string Trait = "Requirement";

    public IReadOnlyList<string> Rows { get; } = rows;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. Rows.Select(static row => new KeyValuePair<string, string>(Trait, row))];
}

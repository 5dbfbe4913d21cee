namespace Stoa.Core.Privacy;

/// <summary>Every table of the record with what its columns tell of people: what, why, how long, and what erasing does.</summary>
/// <remarks>
/// Export (<see cref="Data.ExportAccount"/>), erasure (<see cref="Data.EraseAccount"/>) and docs/privacy.md are made from it. A test compares it with the
/// model: a column that stands nowhere here, or twice, fails the build's tests. GDPR Articles 15, 17, 20, 30.
/// </remarks>
public static class PersonalData
{
    internal const string UntilErased = "as long as the account";

    public static IReadOnlyList<MarkedTable> Tables { get; } = [.. AccountTables.All, .. SignInTables.All, .. ConversationTables.All, .. OperationTables.All];
}

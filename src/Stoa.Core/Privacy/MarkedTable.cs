namespace Stoa.Core.Privacy;

/// <summary>What becomes of a table's rows of a person whose account is erased.</summary>
public enum OnErasure
{
    /// <summary>The rows go.</summary>
    Delete,

    /// <summary>The rows stay for what others keep of them; their personal columns are emptied.</summary>
    Empty,

    /// <summary>The rows stay as they are, because they are others' too; each column says why.</summary>
    Keep,
}

/// <summary>A column that tells of a person.</summary>
/// <param name="Property">The entity's property.</param>
/// <param name="What">What it tells.</param>
/// <param name="Why">What it is needed for.</param>
/// <param name="IsSecret">Opens something (a hash, a sealed secret): never exported, not even to its owner.</param>
/// <param name="IsKept">Stays when the rest of the row is emptied.</param>
public sealed record PersonalColumn(string Property, string What, string Why, bool IsSecret = false, bool IsKept = false);

/// <summary>One table of the record with every column accounted for: marked as personal, or named as plain.</summary>
/// <param name="Entity">The entity's type.</param>
/// <param name="Owner">The property with the id of the account whose rows these are (of the entity in <see cref="Through"/>, when there is one); null: nobody's in particular.</param>
/// <param name="Erasure">What erasing the owner's account does.</param>
/// <param name="Until">How long rows stay while the account lives: in words, a setting's key in backticks.</param>
public sealed record MarkedTable(Type Entity, string? Owner, OnErasure Erasure, string Until)
{
    /// <summary>Other properties with an account's id whose rows go with that account, e.g. the one who caused a notice.</summary>
    public IReadOnlyList<string> AlsoDeletedWith { get; init; } = [];

    /// <summary>For rows that name no account themselves: the property that leads to a row which does, and that row's entity.</summary>
    public (string Property, Type Entity)? Through { get; init; }

    public IReadOnlyList<PersonalColumn> Personal { get; private init; } = [];

    /// <summary>Columns that tell nothing of a person beyond that the row is there: keys, counters, states, times of the row itself.</summary>
    public IReadOnlyList<string> PlainColumns { get; private init; } = [];

    /// <summary>Marks columns with one meaning.</summary>
    public MarkedTable Holds(string what, string why, params string[] properties) =>
        this with { Personal = [.. Personal, .. properties.Select(p => new PersonalColumn(p, what, why))] };

    /// <summary>Marks columns that open something.</summary>
    public MarkedTable Seals(string what, string why, params string[] properties) =>
        this with { Personal = [.. Personal, .. properties.Select(p => new PersonalColumn(p, what, why, IsSecret: true))] };

    /// <summary>Marks columns that stay when the row is emptied.</summary>
    public MarkedTable Keeps(string what, string why, params string[] properties) =>
        this with { Personal = [.. Personal, .. properties.Select(p => new PersonalColumn(p, what, why, IsKept: true))] };

    /// <summary>Names the columns that are not personal.</summary>
    public MarkedTable Plain(params string[] properties) => this with { PlainColumns = [.. PlainColumns, .. properties] };
}

namespace Stoa.Core.Accounts;

/// <summary>Lets so many people make an account while registration is by invitation.</summary>
public sealed class Invitation
{
    public const int MaxNoteLength = 200;
    public const int MaxUses = 10_000;

    public long Id { get; private set; }

    /// <summary>SHA-256 of the code, lower-case hex; unique. The code is random, so a plain hash suffices.</summary>
    public required string CodeHash { get; init; }

    /// <summary>For whom or what it is, for the administrators.</summary>
    public string? Note { get; init; }

    public required long CreatedById { get; init; }

    /// <summary>How many accounts may still be made with it; never below 0.</summary>
    public required int UsesLeft { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

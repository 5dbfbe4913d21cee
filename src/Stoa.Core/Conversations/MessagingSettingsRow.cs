namespace Stoa.Core.Conversations;

/// <summary>What administrators changed of the messaging settings, in the one row of its table; absent while nothing was changed.</summary>
public sealed class MessagingSettingsRow
{
    /// <summary>The one row's key.</summary>
    public const int OnlyId = 1;

    public required int Id { get; init; }

    /// <summary>The changed values as JSON; what is missing has its configured value.</summary>
    public required string Content { get; set; }

    /// <summary>Counts the changes. Two that start from the same version cannot both be written.</summary>
    public required int Version { get; set; }

    public required long UpdatedBy { get; set; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

namespace Stoa.Core.Moderation;

/// <summary>How far a ticket has come.</summary>
public enum TicketStatus
{
    Open,
    InProgress,
    Resolved,
}

/// <summary>Free words to the operator, answered by a superuser.</summary>
public sealed class Ticket
{
    public const int MaxTitleLength = 255;
    public const int MaxContentLength = 10_000;

    public static readonly Refusal NotFound = Refusal.NotFound("report.not_found", "Report not found");

    public long Id { get; private set; }

    public required long ReporterId { get; init; }

    public required string Title { get; set; }

    public required string Content { get; set; }

    public TicketStatus Status { get; set; } = TicketStatus.Open;

    /// <summary>The superuser's answer.</summary>
    public string? Comment { get; set; }

    /// <summary>Set exactly while the status is <see cref="TicketStatus.Resolved"/>.</summary>
    public DateTimeOffset? ResolvedAt { get; set; }

    public long? ResolvedBy { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

namespace Stoa.Core.Conversations;

/// <summary>How far a consultation has come.</summary>
public enum ConsultationState
{
    Requested,
    Accepted,
    Declined,
    Completed,
}

/// <summary>A user asks an astrologer for advice. From its acceptance on the two may write to each other (contract E.9.13).</summary>
public sealed class Consultation
{
    public static readonly Refusal NotFound = Refusal.NotFound("consultation.not_found", "Consultation not found");

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public required long AstrologerId { get; init; }

    public ConsultationState State { get; set; } = ConsultationState.Requested;

    /// <summary><see cref="KeyOf"/> while it is requested or accepted, null afterwards: unique, so a pair has one at a time.</summary>
    public string? OpenKey { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public static string KeyOf(long userId, long astrologerId) => $"{userId}:{astrologerId}";
}

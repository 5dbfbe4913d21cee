using Stoa.Core.Outbox;

namespace Stoa.Core.Sms;

/// <summary>A message of the support desk that is to go out as SMS, a part of one that is too long for a single SMS, or a text of the server's own.</summary>
/// <remarks>
/// The text is the message's, or sealed here. Unique per message and part, so whoever queues it twice queues it once. <see cref="Outgoing.LastError"/> is a status and
/// a code, neither text nor number.
/// </remarks>
public sealed class SmsMessage : Outgoing
{
    public const int MaxErrorLength = 200;

    /// <summary>Of some 500 characters of text.</summary>
    public const int MaxSealedLength = 1000;

    /// <summary>What <see cref="SealedText"/> is sealed for.</summary>
    public const string SealPurpose = "sms text";

    /// <summary>Null: no message's, but <see cref="SealedText"/>.</summary>
    public long? MessageId { get; init; }

    /// <summary>A text that is no message (a code), sealed with the server's key for its account; taken away once it is sent.</summary>
    public string? SealedText { get; set; }

    /// <summary>From 0.</summary>
    public required int Part { get; init; }

    /// <summary>Whose number <see cref="To"/> is; when it is theirs no longer, nothing is sent.</summary>
    public required long UserId { get; init; }

    /// <summary>Our number.</summary>
    public required string From { get; init; }

    /// <summary>The reader's number in E.164.</summary>
    public required string To { get; init; }

    /// <summary>The carrier's id, once it was taken over.</summary>
    public string? CarrierSid { get; set; }
}

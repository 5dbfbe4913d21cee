namespace Stoa.Core.Sms;

/// <summary>An SMS that came in from the number of an account: its claim on the carrier's id, and where an answer goes.</summary>
/// <remarks>
/// Written before the message it becomes, so that a repeated delivery, also one after a crash, ends at the same account and the same message.
/// Removed after a while: phone numbers are personal.
/// </remarks>
public sealed class ReceivedSms
{
    /// <summary>So that <see cref="ClientMessageId"/> fits into <see cref="Conversations.Message.MaxClientIdLength"/>.</summary>
    public const int MaxSidLength = 60;

    private const string Mark = "sms:";

    /// <summary>The carrier's id of the SMS: letters and digits. The key.</summary>
    public required string Sid { get; init; }

    public required long UserId { get; init; }

    /// <summary>The sender's number in E.164.</summary>
    public required string From { get; init; }

    /// <summary>Which of our numbers was written to.</summary>
    public required string To { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The client id of the message that an SMS becomes: unique per sender, so it is written once.</summary>
    public static string ClientMessageId(string sid) => Mark + sid;

    /// <summary>The other way round; null for a message that was not marked as an SMS. Clients choose their ids: ask for the row too.</summary>
    public static string? SidOf(string? clientMessageId) =>
        clientMessageId?.StartsWith(Mark, StringComparison.Ordinal) == true ? clientMessageId[Mark.Length..] : null;
}

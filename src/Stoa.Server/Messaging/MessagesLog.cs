namespace Stoa.Server.Messaging;

/// <summary>Names the category of <c>messages.log</c>; events carry ids and numbers, never bodies.</summary>
public sealed class MessagesLog;

internal static partial class MessagesLogEvents
{
    [LoggerMessage(2001, LogLevel.Information, "messages.sent {Refs}")]
    public static partial void Sent(this ILogger<MessagesLog> log, string refs);

    [LoggerMessage(2002, LogLevel.Information, "message.deleted id={MessageId} by={UserId}")]
    public static partial void Deleted(this ILogger<MessagesLog> log, long messageId, long userId);

    [LoggerMessage(2003, LogLevel.Warning, "messages.rate_near Message rate limit approaching: user={UserId} remaining={Remaining} of={Permits}")]
    public static partial void RateNear(this ILogger<MessagesLog> log, long userId, int remaining, int permits);

    [LoggerMessage(2004, LogLevel.Warning, "messages.rate_reached user={UserId} of={Permits}")]
    public static partial void RateReached(this ILogger<MessagesLog> log, long userId, int permits);

    [LoggerMessage(2005, LogLevel.Error, "messages.receipts_failed")]
    public static partial void ReceiptsFailed(this ILogger<MessagesLog> log, Exception fault);

    [LoggerMessage(2006, LogLevel.Error, "messages.index_failed")]
    public static partial void IndexFailed(this ILogger<MessagesLog> log, Exception fault);

    [LoggerMessage(2007, LogLevel.Error, "messages.originals_kept")]
    public static partial void OriginalsKept(this ILogger<MessagesLog> log, Exception fault);

    [LoggerMessage(2008, LogLevel.Error, "messages.uploads_kept")]
    public static partial void UploadsKept(this ILogger<MessagesLog> log, Exception fault);
}

namespace Stoa.Server.Moderation;

/// <summary>Names the category of <c>reports.log</c>; events carry ids only.</summary>
public sealed class ReportsLog;

internal static partial class ReportsLogEvents
{
    [LoggerMessage(4001, LogLevel.Information, "report.opened id={Id} by={UserId}")]
    public static partial void Opened(this ILogger<ReportsLog> log, long id, long userId);

    [LoggerMessage(4002, LogLevel.Information, "report.commented id={Id} by={UserId} status={Status}")]
    public static partial void Commented(this ILogger<ReportsLog> log, long id, long userId, string status);

    [LoggerMessage(4003, LogLevel.Information, "report.resolved id={Id} by={UserId}")]
    public static partial void Resolved(this ILogger<ReportsLog> log, long id, long userId);
}

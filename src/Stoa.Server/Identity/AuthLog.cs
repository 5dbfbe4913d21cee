namespace Stoa.Server.Identity;

/// <summary>Names the category of <c>auth.log</c>; events carry ids only, never names or tokens. What must not happen unseen is noted by <see cref="Hosting.Security.SecurityTrail"/>.</summary>
public sealed class AuthLog;

internal static partial class AuthLogEvents
{
    [LoggerMessage(1001, LogLevel.Information, "user.registered user={UserId}")]
    public static partial void Registered(this ILogger<AuthLog> log, long userId);

    [LoggerMessage(1004, LogLevel.Information, "sessions.ended user={UserId} count={Count} reason={Reason}")]
    public static partial void Ended(this ILogger<AuthLog> log, long userId, int count, string reason);

    [LoggerMessage(1006, LogLevel.Information, "password_reset.requested user={UserId}")]
    public static partial void ResetRequested(this ILogger<AuthLog> log, long? userId);

    [LoggerMessage(1005, LogLevel.Warning, "refresh.reused user={UserId} session={SessionId}")]
    public static partial void Reused(this ILogger<AuthLog> log, long userId, long sessionId);
}

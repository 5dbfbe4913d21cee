namespace Stoa.Server.Identity;

/// <summary>Names the category of <c>auth.log</c>; events carry ids only, never names, addresses or tokens.</summary>
public sealed class AuthLog;

internal static partial class AuthLogEvents
{
    [LoggerMessage(1001, LogLevel.Information, "user.registered user={UserId}")]
    public static partial void Registered(this ILogger<AuthLog> log, long userId);

    [LoggerMessage(1002, LogLevel.Information, "session.opened user={UserId} session={SessionId}")]
    public static partial void SignedIn(this ILogger<AuthLog> log, long userId, long sessionId);

    [LoggerMessage(1003, LogLevel.Warning, "login.refused user={UserId}")]
    public static partial void Refused(this ILogger<AuthLog> log, long? userId);

    [LoggerMessage(1004, LogLevel.Information, "sessions.ended user={UserId} count={Count} reason={Reason}")]
    public static partial void Ended(this ILogger<AuthLog> log, long userId, int count, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "refresh.reused user={UserId} session={SessionId}")]
    public static partial void Reused(this ILogger<AuthLog> log, long userId, long sessionId);

    [LoggerMessage(1006, LogLevel.Information, "mfa.{State} user={UserId}")]
    public static partial void TwoFactor(this ILogger<AuthLog> log, long userId, string state);
}

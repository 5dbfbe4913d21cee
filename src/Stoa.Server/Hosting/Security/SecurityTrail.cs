using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Data;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Mail;

namespace Stoa.Server.Hosting.Security;

/// <summary>Notes a <see cref="SecurityEvent"/> with every part the list names for it: the audit row, the line in the log, the mails.</summary>
/// <remarks>
/// Row and mails are saved with the next SaveChanges of the context, so call it in the transaction of what happens: what is rolled back tells nobody.
/// The line is written at once; an act that a fault undid afterwards may leave one.
/// </remarks>
public sealed class SecurityTrail(StoaDb db, OutgoingMail mails, RequestOrigin origin, RateLimits limits, TimeProvider clock, ILogger<SecurityTrail> log)
{
    /// <summary>The name of the mail's kind.</summary>
    public const string MailKind = "security_notice";

    private static readonly TimeSpan Coalesced = TimeSpan.FromMinutes(10);
    private static readonly Core.Refusal AlreadyNoted = Core.Refusal.TooMany("audit.noted", "Noted already");

    /// <summary>What a notice is about; the mail's content.</summary>
    public sealed record Notice(string Event, DateTimeOffset At, string Client, string? Address);

    /// <summary>On an account.</summary>
    /// <param name="actorId">Who did it; the account itself, or an administrator.</param>
    /// <param name="before">Readable, no personal detail; likewise <paramref name="after"/>.</param>
    /// <param name="addresses">Where to write to instead of the account's address at the moment of sending: of a deleted account, or both of one whose address changes.</param>
    public void Note(SecurityEvent what, long actorId, long accountId, string? before = null, string? after = null, params ReadOnlySpan<string> addresses)
    {
        Note(what, actorId, "user", accountId, before, after);
        if (what.Mail == TellsByMail.Nobody)
            return;
        var content = Content(what);
        if (addresses.IsEmpty)
            mails.Add(MailKind, accountId, content);
        foreach (var address in addresses)
            mails.AddTo(MailKind, address, content: content);
    }

    /// <summary>On something else than an account.</summary>
    public void Note(SecurityEvent what, long actorId, string targetType, long targetId, string? before = null, string? after = null)
    {
        if (what.IsAudited)
        {
            db.Audit.Add(new AuditEntry
            {
                ActorId = actorId, Action = what.Name, TargetType = targetType, TargetId = targetId, Before = before, After = after, At = clock.GetUtcNow(),
            });
        }

        Log(what, actorId, string.Create(CultureInfo.InvariantCulture, $"{targetType}:{targetId}"));
    }

    /// <summary>The line alone.</summary>
    /// <param name="user">Null: nobody is known.</param>
    public void Log(SecurityEvent what, long? user, string target) => log.Happened(what.Level, what.Name, user, target, origin.Address ?? "-", origin.Client);

    /// <summary>What is repeated by nature (reading others' words, wrong keys); saves. The same by the same on the same within ten minutes is one row.</summary>
    /// <remarks>
    /// A console that refreshes itself writes no row each time. A warning has its line each time, and one row for each address. Counted by this process:
    /// two servers may write two.
    /// </remarks>
    public async Task NoteOnceAsync(SecurityEvent what, long actorId, string targetType, long targetId, CancellationToken cancellation)
    {
        var isWarning = what.Level >= LogLevel.Warning;
        var key = string.Create(CultureInfo.InvariantCulture, $"{actorId} {what.Name} {targetType} {targetId} {(isWarning ? origin.Address : "")}");
        if (limits.Take(new RateLimit("audit.once", 1, Coalesced, AlreadyNoted), key).Refusal is not null)
        {
            if (isWarning)
                Log(what, actorId, string.Create(CultureInfo.InvariantCulture, $"{targetType}:{targetId}"));
            return;
        }

        Note(what, actorId, targetType, targetId);
        await db.SaveChangesAsync(cancellation);
    }

    private string Content(SecurityEvent what) =>
        JsonSerializer.Serialize(new Notice(what.Name, clock.GetUtcNow(), origin.Client, origin.Address), SecurityJson.Default.Notice);
}

[JsonSerializable(typeof(SecurityTrail.Notice))]
internal sealed partial class SecurityJson : JsonSerializerContext;

internal static partial class SecurityLogEvents
{
    [LoggerMessage(EventId = 1200, Message = "{Name} user={UserId} target={Target} address={Address} client=\"{Client}\"")]
    public static partial void Happened(this ILogger<SecurityTrail> log, LogLevel level, string name, long? userId, string target, string address, string client);
}

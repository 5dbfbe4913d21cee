using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Core.Sms;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Makes an SMS a message of the account with the sender's number, in its support inbox (S1-81, ADR 21).</summary>
/// <remarks>
/// The number must be the account's, digit for digit in E.164, and proved (<c>Sms:TrustStatedNumbers</c>: or stated). One that proves it is no message. The way of the message is <see cref="SendMessage"/>'s, so bans, rate and redaction hold.
/// Idempotent by the carrier's id: a repeated delivery answers the first one's ids and writes nothing, whatever has changed since. An SMS proves
/// a number and no session: also an administrator's arrives as that of an ordinary account.
/// Refusals: <c>sms.malformed</c>, <c>sms.sender_refused</c> (disabled, at rest or suspended), those of <see cref="SendMessage"/>.
/// </remarks>
public sealed class TakeSms(StoaDb db, OpenSupportInbox inbox, SendMessage send, ProvePhoneBySms proving, SmsSettings settings, TimeProvider clock, ILogger<TwilioLog> log)
{
    public static readonly Refusal Malformed = Refusal.Invalid("sms.malformed", "An SMS has From, To, Body and MessageSid, each once");
    public static readonly Refusal SenderRefused = Refusal.Forbidden("sms.sender_refused", "This account may not send messages");

    /// <param name="From">As the carrier writes it; matched when it is E.164.</param>
    /// <param name="To">The number that was written to.</param>
    /// <param name="Sid">The carrier's id: 1 to 60 letters and digits.</param>
    public sealed record Request(string From, string To, string Body, string Sid);

    /// <summary>What became of it; both ids null when nobody has that number.</summary>
    /// <param name="IsProof">It was the code that proves the number, and no message.</param>
    public sealed record Taken(long? UserId, long? MessageId, bool IsProof = false);

    public async Task<Outcome<Taken>> Handle(Request sms, CancellationToken cancellation)
    {
        if (!IsWellFormed(sms))
        {
            log.DeliveryRefused(Malformed.Code);
            return Malformed;
        }

        var outcome = await TakeAsync(sms, cancellation);
        var taken = outcome.Refusal is null ? outcome.Value : null;
        var word = outcome.Refusal?.Code ?? (taken!.IsProof ? "number_proved" : taken.MessageId is null ? "user_not_found" : "saved");
        log.Received(sms.Sid, TwilioLog.Mask(sms.From), TwilioLog.Mask(sms.To), sms.Body.Length, word, taken?.UserId, taken?.MessageId);
        return outcome;
    }

    private static bool IsWellFormed(Request sms) =>
        sms.Sid.Length is > 0 and <= ReceivedSms.MaxSidLength && sms.Sid.All(char.IsAsciiLetterOrDigit)
        && sms.From.Length is > 0 and <= User.MaxEmailLength
        && PhoneNumber.Normalize(sms.To) is not null
        && !sms.Body.Contains('\0', StringComparison.Ordinal);

    private async Task<Outcome<Taken>> TakeAsync(Request sms, CancellationToken cancellation)
    {
        var claim = await ClaimOfAsync(sms.Sid, cancellation);
        if (claim is not null && await FirstAsync(claim, cancellation) is { } first)
            return new Taken(claim.UserId, first);
        if (claim is null && await proving.Handle(sms.From, sms.Body, cancellation) is { } proved)
            return new Taken(proved, null, IsProof: true);
        if (await SenderAsync(claim, sms.From, cancellation) is not { } sender)
            return new Taken(null, null);

        var content = new SendMessage.Content(sms.Body, ClientMessageId: ReceivedSms.ClientMessageId(sms.Sid));
        if (SendMessage.WhyNot(content) is { } refusal)
            return refusal;
        if (!sender.IsActive || sender.SuspendedUntil > clock.GetUtcNow())
            return SenderRefused;
        if (claim is null && (await ClaimAsync(sms, sender.Id, cancellation)).UserId is var owner && owner != sender.Id)
            return await TakeAsync(sms, cancellation);

        var opened = await inbox.Handle(sender.Id, cancellation);
        if (opened.Refusal is { } closed)
            return closed;
        var sent = await send.Handle(opened.Value, content, await CallerAsync(sender, cancellation), cancellation);
        return sent.Then(appended => new Taken(sender.Id, appended.Message.Id));
    }

    private Task<ReceivedSms?> ClaimOfAsync(string sid, CancellationToken cancellation) =>
        db.ReceivedSms.AsNoTracking().SingleOrDefaultAsync(s => s.Sid == sid, cancellation);

    /// <summary>The message that an earlier delivery became; null when it did not come that far.</summary>
    private Task<long?> FirstAsync(ReceivedSms claim, CancellationToken cancellation)
    {
        var clientId = ReceivedSms.ClientMessageId(claim.Sid);
        return db.Messages.Where(m => m.SenderId == claim.UserId && m.ClientMessageId == clientId).Select(m => (long?)m.Id).SingleOrDefaultAsync(cancellation);
    }

    /// <summary>Whose SMS it is: who was found at the first delivery, or who has the number now. A number without its country belongs to nobody.</summary>
    private Task<Sender?> SenderAsync(ReceivedSms? claim, string from, CancellationToken cancellation)
    {
        var (number, isTrusting) = (PhoneNumber.Normalize(from), settings.TrustStatedNumbers);
        if (claim is null && number?.StartsWith('+') != true)
            return Task.FromResult<Sender?>(null);
        var users = claim is null ? db.Users.Where(u => u.PhoneNumber == number && (isTrusting || u.PhoneVerifiedAt != null)) : db.Users.Where(u => u.Id == claim.UserId);
        return users.Where(u => u.DeletedAt == null && !u.IsSystem)
            .Select(u => new Sender(u.Id, u.Username, u.FullName, u.IsActive, u.SuspendedUntil, u.MessagingBannedUntil))
            .SingleOrDefaultAsync(cancellation);
    }

    /// <summary>Binds the SMS to an account before anything is written for it; answers the binding in force, which may be another delivery's.</summary>
    private async Task<ReceivedSms> ClaimAsync(Request sms, long userId, CancellationToken cancellation)
    {
        var claim = new ReceivedSms
        {
            Sid = sms.Sid,
            UserId = userId,
            From = PhoneNumber.Normalize(sms.From)!,
            To = PhoneNumber.Normalize(sms.To)!,
            ReceivedAt = clock.GetUtcNow(),
        };
        db.ReceivedSms.Add(claim);
        try
        {
            await db.SaveChangesAsync(cancellation);
            return claim;
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return await ClaimOfAsync(sms.Sid, cancellation) ?? claim;
        }
    }

    private async Task<Caller> CallerAsync(Sender sender, CancellationToken cancellation)
    {
        var type = await PartyTypes.OfAsync(db, sender.Id, cancellation) == PartyType.Astrologer ? PartyType.Astrologer : PartyType.User;
        var fullName = string.IsNullOrWhiteSpace(sender.FullName) ? null : sender.FullName;
        return new Caller(sender.Id, 0, sender.Username, fullName ?? sender.Username, IsSuperuser: false, type)
        {
            FullName = fullName,
            MessagingBannedUntil = sender.MessagingBannedUntil,
        };
    }

    private sealed record Sender(long Id, string Username, string? FullName, bool IsActive, DateTimeOffset? SuspendedUntil, DateTimeOffset? MessagingBannedUntil);
}

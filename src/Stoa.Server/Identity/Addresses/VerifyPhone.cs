using System.Globalization;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Core.Sms;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.Addresses;

/// <summary>Proves that a telephone number is the caller's: by a code that is sent there, or by an SMS from there with another code that the caller is shown (contract E.9.27).</summary>
/// <remarks>
/// Codes have six digits, are good for ten minutes and for five tries in all, counted before they are looked at, and are kept as keyed hashes. Asking again
/// replaces them. A number somebody else only stated may be proved; one that somebody else proved may not.
/// Refusals: <c>phone.number_needed</c>, <c>phone.already_verified</c>, <c>auth.password_needed</c> and what proving it refuses (the account has another proved number),
/// <c>auth.phone_taken</c>, <c>rate.phone_codes</c> (five an hour for each account and each number), <c>phone.code_wrong</c> (wrong, over, too many: not told apart).
/// </remarks>
public sealed class VerifyPhone(
    StoaDb db, PhoneBinding binding, PhoneCodes codes, PasswordProof proof, Sealing sealing, SecurityTrail trail, RateLimits limits, StoaSettings settings, TimeProvider clock)
{
    public static readonly Refusal NumberNeeded = Refusal.Invalid("phone.number_needed", "A telephone number with its country is needed, such as +15550100");
    public static readonly Refusal AlreadyVerified = Refusal.Invalid("phone.already_verified", "This telephone number is proved already");
    public static readonly Refusal CodeWrong = Refusal.Invalid("phone.code_wrong", "The code is wrong, too old, or too many were tried");
    public static readonly Refusal TooOften = Refusal.TooMany("rate.phone_codes", "Too many codes for telephone numbers, please try again later");
    private static readonly RateLimit PerAccount = new("phone_codes.account", 5, TimeSpan.FromHours(1), TooOften);
    private static readonly RateLimit PerNumber = new("phone_codes.number", 5, TimeSpan.FromHours(1), TooOften);

    /// <param name="Number">Null: the account's stated one.</param>
    /// <param name="Password">Needed when the account has another number that is proved.</param>
    public sealed record Request(string? Number, string? Password);

    /// <param name="IsSent">A code is on its way to the number; false when the server has no number to send from.</param>
    /// <param name="ShownCode">Proves the number as the text of an SMS from it.</param>
    /// <param name="SendTo">Where to; null: any number the server is reached at.</param>
    public sealed record Begun(string Number, bool IsSent, string ShownCode, string? SendTo);

    public async Task<Outcome<Begun>> BeginAsync(Request request, Caller caller, CancellationToken cancellation)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == caller.UserId, cancellation);
        if (PhoneNumber.Normalize(request.Number ?? user.StatedNumber ?? "") is not { } number || number[0] != '+')
            return NumberNeeded;
        if (user.PhoneVerifiedAt is not null && user.PhoneNumber == number)
            return AlreadyVerified;
        if (user.PhoneVerifiedAt is not null && (await proof.NeedAsync(caller, request.Password, cancellation)).Refusal is { } unproven)
            return unproven;
        if (await db.Users.AnyAsync(u => u.PhoneNumber == number && u.PhoneVerifiedAt != null && u.Id != caller.UserId, cancellation))
            return PhoneBinding.Taken;
        if ((limits.Take(PerAccount, caller.UserId.ToString(CultureInfo.InvariantCulture)).Refusal ?? limits.Take(PerNumber, number).Refusal) is { } tooOften)
            return tooOften;
        return await IssueAsync(number, caller.UserId, cancellation);
    }

    /// <summary>Takes the code that was sent.</summary>
    public async Task<Outcome<Done>> ConfirmAsync(string code, Caller caller, CancellationToken cancellation)
    {
        if (await binding.AttemptAsync(caller.UserId, cancellation) is not { } pending || !codes.IsSent(pending, TypedDigits.Code(code)))
            return CodeWrong;
        try
        {
            return await db.WriteAsync(async () =>
            {
                if (!await binding.ProveAsync(pending, cancellation))
                    return (Outcome<Done>)CodeWrong;
                trail.Note(SecurityEvents.PhoneProved, caller.UserId, caller.UserId);
                await db.SaveChangesAsync(cancellation);
                return default(Done);
            }, cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            db.ChangeTracker.Clear();
            return PhoneBinding.Taken;
        }
    }

    private async Task<Outcome<Begun>> IssueAsync(string number, long userId, CancellationToken cancellation)
    {
        var (sent, shown, now) = (PhoneCodes.New(), PhoneCodes.New(), clock.GetUtcNow());
        while (shown == sent)
            shown = PhoneCodes.New();
        var from = settings.Sms.PhoneNumber;
        var canSend = from.Length > 0 || !settings.Sms.HasAccount;
        await db.WriteAsync(async () =>
        {
            await db.SerializeAsync($"phone verification of {userId}", cancellation);
            await db.PhoneVerifications.Where(v => v.UserId == userId || v.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
            db.PhoneVerifications.Add(new PhoneVerification
            {
                UserId = userId,
                Number = number,
                SentCodeHash = codes.HashSent(userId, number, sent),
                ShownCodeHash = codes.HashShown(userId, number, shown),
                ExpiresAt = now + PhoneVerification.Lifetime,
            });
            if (canSend)
                db.SmsMessages.Add(SmsWith(sent, number, userId, from, now));
            return await db.SaveChangesAsync(cancellation);
        }, cancellation);
        return new Begun(number, canSend, shown, from.Length > 0 ? from : null);
    }

    private SmsMessage SmsWith(string code, string number, long userId, string from, DateTimeOffset now) => new()
    {
        MessageId = null,
        Part = 0,
        UserId = userId,
        From = from,
        To = number,
        SealedText = sealing.Seal(
            SmsMessage.SealPurpose, userId, System.Text.Encoding.UTF8.GetBytes($"{code} is your code for {settings.Mail.FromName}, good for 10 minutes. Give it to nobody.")),
        DueAt = now,
        ExpiresAt = now + PhoneVerification.Lifetime,
        CreatedAt = now,
    };
}

using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Identity.Mails;
using Stoa.Server.Mail;

namespace Stoa.Server.Identity;

/// <summary>Asks for a mail with a link to a new password.</summary>
/// <remarks>
/// The same for every address: one row is written, and who has the address is looked up when the mail is sent. So neither text nor time tells
/// whether there is an account. Refusal: <c>rate.password_resets</c>, counted whether or not there is one.
/// </remarks>
public sealed class ForgotPassword(StoaDb db, OutgoingMail mails, RateLimits limits, PasswordResetSettings settings)
{
    public static readonly Refusal TooOften = Refusal.TooMany("rate.password_resets", "Too many password reset requests, please try again later");
    private readonly RateLimit fromOneNetwork = new("password_resets.client", settings.MaxPerClientPerHour, TimeSpan.FromHours(1), TooOften) { IsShared = true };
    private readonly RateLimit toOneAddress = new("password_resets.email", settings.MaxPerHour, TimeSpan.FromHours(1), TooOften) { IsShared = true };

    public sealed record Request(string Email, ClientNetwork From);

    public async Task<Outcome<Done>> Handle(Request request, CancellationToken cancellation)
    {
        var address = request.Email.Trim();
        if ((await limits.TakeAsync(fromOneNetwork, LimitKey.Of(request.From), cancellation)).Refusal is { } client)
            return client;
        if ((await limits.TakeAsync(toOneAddress, LimitKey.Named(User.KeyOf(address)), cancellation)).Refusal is { } email)
            return email;

        // A mail that comes later than the link would have lived is of no use to who waits for it.
        mails.AddTo(PasswordResetMail.Kind, address, worthFor: TimeSpan.FromHours(settings.TokenHours));
        await db.SaveChangesAsync(cancellation);
        return default(Done);
    }
}

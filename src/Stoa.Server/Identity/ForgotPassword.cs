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
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <param name="ClientAddress">The network address the request came from; null: not known.</param>
    public sealed record Request(string Email, string? ClientAddress);

    public async Task<Outcome<Done>> Handle(Request request, CancellationToken cancellation)
    {
        var address = request.Email.Trim();
        if (limits.Take(new RateLimit("password_resets.client", settings.MaxPerClientPerHour, Hour, TooOften), request.ClientAddress ?? "").Refusal is { } client)
            return client;
        if (limits.Take(new RateLimit("password_resets.email", settings.MaxPerHour, Hour, TooOften), User.KeyOf(address)).Refusal is { } email)
            return email;

        // A mail that comes later than the link would have lived is of no use to who waits for it.
        mails.AddTo(PasswordResetMail.Kind, address, worthFor: TimeSpan.FromHours(settings.TokenHours));
        await db.SaveChangesAsync(cancellation);
        return default(Done);
    }
}

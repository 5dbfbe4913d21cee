using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Identity;

/// <summary>Whether a reset token is good, without using it up. Refusals: <c>auth.reset_invalid</c>, <c>rate.reset_tokens</c>.</summary>
public sealed class ReadResetToken(MailedLinks links, ResetTokenLimit limit)
{
    /// <param name="Email">Masked: enough for its owner to know it again (D.2 row 16).</param>
    public sealed record Response(string Email, DateTimeOffset ExpiresAt);

    public async Task<Outcome<Response>> Handle(string token, ClientNetwork from, CancellationToken cancellation)
    {
        if (await limit.TakeAsync(from, cancellation) is { } tooMany)
            return tooMany;
        return await links.FindAsync<PasswordReset>(token, cancellation) is { } link ? new Response(Masked(link.Email), link.ExpiresAt) : ResetPassword.Invalid;
    }

    /// <summary><c>a***@e***.org</c>.</summary>
    public static string Masked(string email)
    {
        var at = email.LastIndexOf('@');
        var dot = email.LastIndexOf('.');
        return at < 1 ? "***" : $"{email[0]}***@{email[at + 1]}***{(dot > at ? email[dot..] : "")}";
    }
}

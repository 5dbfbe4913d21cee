using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity;

/// <summary>What a new password must be, wherever one is chosen.</summary>
/// <remarks>
/// At least 8 characters (6 at the doors whose clients were promised that), none of the common ones, and not the account's own name or address: NIST SP 800-63B
/// §3.1.1.2, ASVS 5.0 6.2.1 to 6.2.5. Kinds of characters are demanded only when the operator insists (<c>Passwords:RequireComplexity</c>).
/// </remarks>
public sealed class PasswordRules(StoaSettings settings)
{
    public const int MinimumLength = 8;

    /// <summary>What S4's contract promises at its registration (B.4).</summary>
    public const int PlannerMinimumLength = 6;

    public static readonly Refusal Weak = Refusal.Invalid(
        "auth.password_weak", $"A password needs at least {MinimumLength} characters, small and capital letters, a digit and a sign");

    public static readonly Refusal TooShort = Refusal.Invalid("auth.password_short", $"A password needs at least {MinimumLength} characters");

    public static readonly Refusal Common = Refusal.Invalid("auth.password_common", "This password is one of those that are guessed first; choose another one");

    public static readonly Refusal Own = Refusal.Invalid("auth.password_own_name", "A password must not be the account's own name or address");

    /// <summary>Everything <see cref="WhyNot"/> may answer.</summary>
    public static readonly Refusal[] Refusals = [Weak, TooShort, Common, Own];

    /// <summary>Null when the password will do.</summary>
    /// <param name="own">The account's user name, address and full name, as far as they are known.</param>
    public Refusal? WhyNot(string password, ReadOnlySpan<string?> own, int minimumLength = MinimumLength)
    {
        if (settings.Passwords.RequireComplexity && !IsComplex(password))
            return Weak;
        if (password.Length < minimumLength)
            return TooShort;
        if (IsOwn(password, own))
            return Own;
        return CommonPasswords.Contains(password) ? Common : null;
    }

    private static bool IsOwn(string password, ReadOnlySpan<string?> own)
    {
        var folded = Folded(password);
        foreach (var name in own)
        {
            if (name is not null && (Folded(name) == folded || Folded(name.Split('@')[0]) == folded))
                return true;
        }

        return false;
    }

    private static string Folded(string text) => string.Concat(User.KeyOf(text).Where(char.IsLetterOrDigit));

    private static bool IsComplex(string password) =>
        password.Length >= MinimumLength && password.Any(char.IsLower) && password.Any(char.IsUpper) && password.Any(char.IsDigit)
        && password.Any(static c => !char.IsLetterOrDigit(c));
}

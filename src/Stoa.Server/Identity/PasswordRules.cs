using Stoa.Core;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Identity;

/// <summary>What a new password must be beyond its length, when the operator asks for it (setting <c>Passwords:RequireComplexity</c>).</summary>
public sealed class PasswordRules(StoaSettings settings)
{
    private const int MinimumLength = 8;

    public static readonly Refusal Weak = Refusal.Invalid(
        "auth.password_weak", $"A password needs at least {MinimumLength} characters, small and capital letters, a digit and a sign");

    /// <summary>Null when the password will do.</summary>
    public Refusal? WhyNot(string password) => !settings.Passwords.RequireComplexity
        || (password.Length >= MinimumLength && password.Any(char.IsLower) && password.Any(char.IsUpper) && password.Any(char.IsDigit)
            && password.Any(static c => !char.IsLetterOrDigit(c)))
        ? null
        : Weak;
}

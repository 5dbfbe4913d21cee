using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Stoa.Core.Accounts;

namespace Stoa.Server.Identity;

/// <summary>1 to 100 characters without blanks or control characters.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UsernameAttribute : ValidationAttribute
{
    public UsernameAttribute()
        : base("A user name has 1 to 100 characters and no blanks")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text
        && text.Trim() is { Length: > 0 and <= User.MaxUsernameLength } name
        && !name.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c)));
}

/// <summary>An address mail can be sent to: local part, @, a domain with a dot; at most 255 characters.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed partial class MailAddressAttribute : ValidationAttribute
{
    public MailAddressAttribute()
        : base("Not a valid e-mail address")
    {
    }

    public override bool IsValid(object? value) =>
        value is null || (value is string { Length: <= User.MaxEmailLength } text && Address().IsMatch(text.Trim()));

    // Blanks, brackets and separators are refused because an address ends up in mail headers.
    [GeneratedRegex(@"^[^\s@<>()\[\]\\,;:""]{1,64}@[^\s@<>()\[\]\\,;:"".]+(\.[^\s@<>()\[\]\\,;:"".]+)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}

/// <summary>A phone number, or blank (<see cref="PhoneNumber.Normalize"/>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class PhoneAttribute : ValidationAttribute
{
    public PhoneAttribute()
        : base("Not a valid phone number")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && (string.IsNullOrWhiteSpace(text) || PhoneNumber.Normalize(text) is not null));
}

/// <summary>6 to 256 characters.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NewPasswordAttribute : ValidationAttribute
{
    public const int MinimumLength = 6;
    public const int MaximumLength = 256;

    public NewPasswordAttribute()
        : base($"A password has {MinimumLength} to {MaximumLength} characters")
    {
    }

    public override bool IsValid(object? value) => value is null or string { Length: >= MinimumLength and <= MaximumLength };
}

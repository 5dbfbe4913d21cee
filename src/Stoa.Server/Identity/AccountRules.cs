using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Stoa.Core.Accounts;
using Stoa.Core.Text;

namespace Stoa.Server.Identity;

/// <summary>1 to 100 characters without blanks, nothing invisible among them, and of one writing system (contract E.9.28; <see cref="Scripts.AreOrdinary"/>).</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UsernameAttribute : ValidationAttribute
{
    public UsernameAttribute()
        : base("A user name has 1 to 100 visible characters, no blanks, and letters of one writing system")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text
        && text.Trim() is { Length: > 0 and <= User.MaxUsernameLength } name
        && !name.Any(static c => char.IsWhiteSpace(c) || char.IsControl(c) || char.IsSurrogate(c))
        && !Invisible.IsIn(name) && Scripts.AreOrdinary(name));
}

/// <summary>An address mail can be sent to: local part, @, a domain with a dot; at most 255 characters (RFC 5321, section 4.1.2; RFC 6531 for letters beyond ASCII).</summary>
/// <remarks>Quoted local parts and addresses of machines are not taken: they are written by nobody who has a mailbox, and end up in headers.</remarks>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MailAddressAttribute : ValidationAttribute
{
    private const int MaxLocal = 64;
    private const int MaxDomain = 253;
    private const int MaxLabel = 63;
    private const string Signs = "!#$%&'*+-/=?^_`{|}~";
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true, UseStd3AsciiRules = true };

    public MailAddressAttribute()
        : base("Not a valid e-mail address")
    {
    }

    public override bool IsValid(object? value) =>
        value is null || (value is string { Length: <= User.MaxEmailLength } text && text.Trim().Split('@') is [var local, var domain] && IsLocal(local) && IsDomain(domain));

    private static bool IsLocal(string local) => local.Length is > 0 and <= MaxLocal
        && local.Split('.').All(static atom => atom.Length > 0 && atom.All(static c => IsLetter(c) || Signs.Contains(c, StringComparison.Ordinal)));

    /// <summary>As its ASCII form says, which is what is looked up: labels of letters, digits and inner hyphens.</summary>
    private static bool IsDomain(string domain)
    {
        try
        {
            var ascii = Idn.GetAscii(domain);
            return ascii.Length <= MaxDomain && ascii.Split('.') is { Length: > 1 } labels
                && labels.All(static l => l.Length is > 0 and <= MaxLabel && l.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') && l[0] != '-' && l[^1] != '-');
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>Letters and digits of any script, with the marks that belong to them; no emoji, nothing invisible.</summary>
    private static bool IsLetter(char c) => char.IsAsciiLetterOrDigit(c)
        || (c > 0x7F && (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));
}

/// <summary>A name that others read: nothing in it is invisible (contract E.9.28); scripts may be mixed, and it may be blank.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ShownNameAttribute : ValidationAttribute
{
    public ShownNameAttribute()
        : base("has characters that nobody can see")
    {
    }

    public override bool IsValid(object? value) => value is null || (value is string text && (string.IsNullOrWhiteSpace(text) || !Invisible.IsInName(text.Trim())));
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

using System.Text;

namespace Stoa.Core.Accounts;

/// <summary>The one form in which phone numbers are kept and compared.</summary>
public static class PhoneNumber
{
    private const int MinDigits = 5;

    /// <summary>E.164: at most 15 digits, country included.</summary>
    private const int MaxDigits = 15;

    /// <summary>E.164 (<c>+15550100</c>) for a number that names its country with <c>+</c> or <c>00</c>; a national number keeps its digits alone.</summary>
    /// <returns>Null when the text is no phone number.</returns>
    public static string? Normalize(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var isInternational = trimmed.StartsWith("+", StringComparison.Ordinal);
        var digits = new StringBuilder(MaxDigits);
        foreach (var c in isInternational ? trimmed[1..] : trimmed)
        {
            if (char.IsAsciiDigit(c))
                digits.Append(c);
            else if (c is not (' ' or '-' or '.' or '(' or ')' or '/' or '\u00A0'))
                return null;
        }

        var number = digits.ToString();
        if (!isInternational && number.StartsWith("00", StringComparison.Ordinal))
            (isInternational, number) = (true, number[2..]);

        // No country code begins with 0 (ITU-T E.164, annex: zones 1 to 9).
        if (number.Length is < MinDigits or > MaxDigits || (isInternational && number[0] == '0'))
            return null;
        return isInternational ? "+" + number : number;
    }
}

using System.Text;
using PhoneNumbers;

namespace Stoa.Core.Accounts;

/// <summary>The one form in which phone numbers are kept and compared.</summary>
public static class PhoneNumber
{
    private const int MinDigits = 5;

    /// <summary>E.164: at most 15 digits, country included.</summary>
    private const int MaxDigits = 15;

    /// <summary>E.164 (<c>+15550100</c>) for a number that names its country with <c>+</c> or <c>00</c>; a national number keeps its digits alone.</summary>
    /// <remarks>
    /// Digits of any script. A digit that is dialled only within the country goes, by the numbering plan of that country: <c>+44 (0)20 7946 0018</c> is <c>+442079460018</c>,
    /// while Italy's numbers keep their 0. Whether anybody has the number is not asked.
    /// </remarks>
    /// <returns>Null when the text is no phone number.</returns>
    public static string? Normalize(string text)
    {
        var trimmed = TypedDigits.Ascii(text).AsSpan().Trim();
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
        return isInternational ? WithoutTrunkPrefix("+" + number) : number;
    }

    private static string WithoutTrunkPrefix(string number)
    {
        var plans = PhoneNumberUtil.GetInstance();
        try
        {
            return plans.Format(plans.Parse(number, null), PhoneNumberFormat.E164);
        }
        catch (NumberParseException)
        {
            // No numbering plan that is known here; it is kept as it was written.
            return number;
        }
    }
}

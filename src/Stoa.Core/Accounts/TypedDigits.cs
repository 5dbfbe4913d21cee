using System.Globalization;
using System.Text;

namespace Stoa.Core.Accounts;

/// <summary>Numbers as people type and apps show them: digits of any script, in groups.</summary>
public static class TypedDigits
{
    /// <summary>A code without its blanks and dashes, its digits as 0 to 9 (<c>١٢٣ ٤٥٦</c> is <c>123456</c>); what is no digit and no separator stays, so that a wrong code stays wrong.</summary>
    public static string Code(string typed)
    {
        var code = new StringBuilder(typed.Length);
        foreach (var c in Ascii(typed))
        {
            if (!char.IsWhiteSpace(c) && CharUnicodeInfo.GetUnicodeCategory(c) is not (UnicodeCategory.DashPunctuation or UnicodeCategory.Format))
                code.Append(c);
        }

        return code.ToString();
    }

    /// <summary>The same text with the decimal digits of every script as 0 to 9 (Unicode, property Nd).</summary>
    public static string Ascii(string typed)
    {
        if (System.Text.Ascii.IsValid(typed))
            return typed;
        var text = new StringBuilder(typed.Length);
        foreach (var rune in typed.EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
                text.Append((char)('0' + (int)Rune.GetNumericValue(rune)));
            else
                text.Append(rune);
        }

        return text.ToString();
    }
}

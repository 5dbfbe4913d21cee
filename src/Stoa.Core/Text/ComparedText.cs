using System.Globalization;
using System.Text;

namespace Stoa.Core.Text;

/// <summary>The form in which names and addresses are compared, so that what looks the same is the same.</summary>
/// <remarks>
/// RFC 8265, section 3.3 (UsernameCaseMapped): letters of full width as the ordinary ones, lower case without culture, Form C. A domain of an address is compared in its
/// ASCII form (RFC 5891): <c>x@bücher.example</c> and <c>x@xn--bcher-kva.example</c> are one address. Accounts made before this rule may have a key that it would not give:
/// they are found by that one too (<see cref="KeysOf"/>).
/// </remarks>
public static class ComparedText
{
    private const char WideFirst = '\uFF01';
    private const char WideLast = '\uFF5E';
    private const int WideOffset = WideFirst - '!';
    private static readonly IdnMapping Idn = new() { AllowUnassigned = true };

    public static string KeyOf(string text)
    {
        var plain = text.Trim();
        return Ascii.IsValid(plain) ? Lower(plain) : DomainInAscii(NormalForm.C(Lower(NormalForm.C(Narrow(plain)))));
    }

    /// <summary>The key, and the one that earlier versions made of the same text where that differs.</summary>
    public static IReadOnlyList<string> KeysOf(string text)
    {
        var (key, before) = (KeyOf(text), Lower(text.Trim()));
        return key == before ? [key] : [key, before];
    }

#pragma warning disable CA1308 // Lower case is what people see in the key when they read the table.
    private static string Lower(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308

    /// <summary>With letters and signs of full width, as Japanese keyboards write them, as the ordinary ones.</summary>
    internal static string Narrow(string text) => string.Create(text.Length, text, static (into, from) =>
    {
        for (var i = 0; i < into.Length; i++)
            into[i] = from[i] is >= WideFirst and <= WideLast ? (char)(from[i] - WideOffset) : from[i];
    });

    private static string DomainInAscii(string text)
    {
        var at = text.LastIndexOf('@') + 1;
        if (at == 0 || Ascii.IsValid(text.AsSpan(at)))
            return text;
        try
        {
            return text[..at] + Lower(Idn.GetAscii(text[at..]));
        }
        catch (ArgumentException)
        {
            // No domain; it is compared as it is, and no mail goes there.
            return text;
        }
    }
}

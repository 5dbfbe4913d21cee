using System.Collections.Frozen;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Tells names that somebody chose for himself from words.</summary>
internal static class Names
{
    public const int MinimumLength = 3;

    private const int LettersOfName = 4;

    /// <summary>Words with digits or signs that nobody is called; folded.</summary>
    private static readonly FrozenSet<string> Things = FrozenSet.Create(
        StringComparer.Ordinal, "mp3", "mp4", "h264", "h265", "covid19", "covid", "b2b", "b2c", "web3", "utf8", "sha256", "md5", "base64",
            "win10", "win11", "ipv4", "ipv6", "ps4", "ps5", "usb3", "python3", "html5",
        "css3", "iso9001", "a4", "wi-fi", "e-mail", "e-commerce", "follow-up", "check-in", "x-ray", "t-shirt", "1st", "2nd", "3rd", "4th",
            "co2", "h2o", "wifi6", "iphone", "ipad", "macos", "ios", "playstation");

    /// <summary>Digits or underscores among letters, parts joined by dots, a capital within, an at sign in front.</summary>
    public static bool IsChosen(Reading text, int i)
    {
        var token = text[i];
        if (!token.IsWord || token.IsDigits || token.Has(Writing.Unspaced) || Things.Contains(token.Text) || !token.Text.Any(char.IsLetter))
            return false;
        return token.Text.Contains('_', StringComparison.Ordinal) || IsNumbered(token) || IsDotted(text, i) || text.IsSign(i - 1, "@")
            || (token.Has(Writing.Camel) && token.Text.Length >= 6 && !token.Is(Kinds.Messenger | Kinds.House));
    }

    /// <summary>Where a name that begins here ends: the last token of it.</summary>
    public static int LastOf(Reading text, int i)
    {
        while (i + 2 < text.Count && ((text.IsSign(i + 1, "._-") && text.IsTight(i + 1) && text[i + 2].IsWord && text.IsTight(i + 2)
            && !text[i + 2].Has(Writing.Unspaced))
            || (text[i + 1].IsWord && text[i + 1].Is(Kinds.Underscore | Kinds.Dot | Kinds.Dash)
                && !text[i + 1].Is(Kinds.Filler & ~Kinds.Dash) && text[i + 2].IsWord && !text[i + 2].Is(Kinds.Little | Kinds.Common)
                && text[i + 1].Text.Length > 2)))
            i += 2;
        return i;
    }

    /// <summary>Where a name that ends here begins.</summary>
    public static int FirstOf(Reading text, int i)
    {
        while (i >= 2 && ((text.IsTight(i) && text.IsSign(i - 1, "._-") && text.IsTight(i - 1) && text[i - 2].IsWord
            && !text[i - 2].Has(Writing.Unspaced))
            || (text[i - 1].IsWord && text[i - 1].Is(Kinds.Underscore) && text[i - 2].IsWord)))
            i -= 2;
        return i > 0 && text.IsSign(i - 1, "@") ? i - 1 : i;
    }

    private static bool IsNumbered(Token token)
    {
        if (!token.HasDigit || !char.IsLetter(token.Text[0]) && token.Text.Count(char.IsLetter) < LettersOfName)
            return false;

        // "128gb", "v2", "4x4": a measure or a build rather than a name.
        return token.Text.Count(char.IsLetter) >= 2 && !token.Has(Writing.Capitals | Writing.Acronym)
            && !token.Text.StartsWith("iphone", StringComparison.Ordinal);
    }

    private static bool IsDotted(Reading text, int i)
    {
        var (first, last) = (FirstOf(text, i), LastOf(text, i));
        if (first == last || (first + 1 == last && text[first].Is('@')))
            return false;
        var begin = text[first].Is('@') ? first + 1 : first;
        for (var part = begin + 1; part < last; part += 2)
        {
            if (text[part].IsWord || text[part].IsAnyOf("._"))
                return IsNamePart(text, begin, last) && !IsFileName(text, last);
        }

        return false;
    }

    /// <summary>"ana.k", "k.lang", "ana.42"; "K.Lang" are initials, and "v.2" a version.</summary>
    private static bool IsNamePart(Reading text, int begin, int last) =>
        text[begin].Text.Length >= 3 || (!text[last].IsDigits && (text[begin].Text.Length == 2
            || (!text[begin].Has(Writing.Capital) && text[last].Text.Length >= 3)));

    private static bool IsFileName(Reading text, int last) =>
        text[last].Text is "js" or "ts" or "py" or "md" or "pdf" or "jpg" or "jpeg" or "png" or "doc" or "docx" or "xls" or "xlsx" or "zip"
            or "txt" or "mp3" or "mp4" or "exe" or "apk" or "html" or "css" or "csv" or "json" or "net" or "gif" or "webp" or "mov";
}

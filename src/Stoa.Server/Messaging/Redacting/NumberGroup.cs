namespace Stoa.Server.Messaging.Redacting;

/// <summary>Reads one group of digits: plain, spelled ("quatre-vingt-dix-sept" is two), multiplied ("double five"), with look-alike
/// letters.</summary>
internal static class NumberGroup
{
    private const string LookAlikes = "olisbz|";
    private const int ShortestStrung = 6;
    private const int ShortestMixed = 4;
    private const int LongestNumeral = 16;

    public static bool TryRead(Reading text, int i, bool isWithin, out DigitRun.Group group)
    {
        group = default;
        var token = text[i];
        if (!token.IsWord)
            return false;
        if (token.Is(Kinds.Double | Kinds.Triple) && i + 1 < text.Count && TryOne(text, i + 1, isWithin, out var times))
        {
            group = times with { First = i, Digits = times.Digits * (token.Is(Kinds.Triple) ? 3 : 2), IsPlain = false, IsWeak = false };
            return true;
        }

        return TryOne(text, i, isWithin, out group);
    }

    private static bool TryOne(Reading text, int i, bool isWithin, out DigitRun.Group group)
    {
        var token = text[i];
        if (token.IsDigits)
        {
            group = new DigitRun.Group(i, i, token.Text.Length, true, 0, false, default);
            return true;
        }

        if (token.Is(Kinds.Numeral))
            return TryCompose(text, i, isWithin, out group);
        var digits = !token.IsWord || token.Has(Writing.Unspaced) ? 0 : DigitsOf(text, i, isWithin);
        group = new DigitRun.Group(i, i, digits, false, 0, token.Text == "o", default);
        return digits > 0;
    }

    /// <summary>"thirty two", "trente et un", "خمسة وعشرون" are two digits, "seiscientos doce" three.</summary>
    private static bool TryCompose(Reading text, int i, bool isWithin, out DigitRun.Group group)
    {
        var word = text[i].Word;
        var (last, digits, room) = (i, word.Digits, Room(word));
        while (room > 0 && NextNumeral(text, last, word.Languages, out var next) && text[next].Word is var part && part.Digits <= room
            && part.Value > 0)
            (last, room) = (next, part.Digits == 2 ? Room(part) : 0);
        if (word.Digits == 1 && last == i && UnitsFirst(text, i, out var tens))
            (last, digits) = (tens, 2);

        // "Five hundred" is an amount, but "zero seven five hundred 123" goes on.
        var hasMagnitude = text.Is(last + 1, Kinds.Magnitude) && !text.Is(last + 1, Kinds.Numeral);
        var goesOn = hasMagnitude && isWithin && digits == 1 && !text[i].Has(Writing.Unspaced) && last + 2 < text.Count
            && (text[last + 2].IsDigits || text.Is(last + 2, Kinds.Numeral)) && !text.Is(last + 3, Kinds.Magnitude);
        group = new DigitRun.Group(i, goesOn ? last + 1 : last, goesOn ? 3 : digits, false, word.Languages, last == i
            && !word.IsSurely(Kinds.Numeral), default);
        return !hasMagnitude || goesOn;
    }

    private static int Room(Word word) => word.Value is >= 100 && word.Value % 100 == 0 ? 2 : word.Value is >= 10
        && word.Value % 10 == 0 ? 1 : 0;

    private static bool NextNumeral(Reading text, int last, int languages, out int next)
    {
        next = last + 1;
        if (text.IsSign(next, "-") && text.IsTight(next))
            next++;
        if (text.Is(next, Kinds.Pair) && (text[next].Word.Languages & languages) != 0)
            next++;
        if (text.IsSign(next, "-") && text.IsTight(next))
            next++;
        return next < text.Count && text.Is(next, Kinds.Numeral) && !text[next].LineBefore && (text[next].Word.Languages & languages) != 0;
    }

    private static bool UnitsFirst(Reading text, int i, out int tens)
    {
        tens = text.Is(i + 1, Kinds.Pair) ? i + 2 : i + 1;
        return text.Is(tens, Kinds.Numeral) && text[tens].Word is { Value: >= 20 and < 100 } word && word.Value % 10 == 0
            && (word.Languages & text[i].Word.Languages) != 0 && (tens == i + 2 || text[tens].Text[0] == '\u0648');
    }

    /// <summary>How many digits a word stands for that no table has; 0: none.</summary>
    private static int DigitsOf(Reading text, int i, bool isWithin)
    {
        var word = text[i].Text;
        if (word is "o" or "\u043E")
            return isWithin || (i + 1 < text.Count && text[i + 1].IsDigits && text.IsTight(i + 1)) ? 1 : 0;
        if (!text[i].HasDigit)
            return word.Length >= ShortestStrung ? Strung(word) : 0;
        if (word.Length >= 2 && word.All(static c => char.IsAsciiDigit(c) || LookAlikes.Contains(c, StringComparison.Ordinal)))
            return 3 * word.Count(char.IsAsciiDigit) >= word.Length ? word.Length : 0;
        if (word.Length >= 3 && word.All(static c => char.IsAsciiDigit(c) || c == '_'))
            return IsGroupedByThousands(word) ? 0 : word.Count(char.IsAsciiDigit);
        return word.Length >= ShortestMixed ? Strung(word) : 0;
    }

    /// <summary>1_000_000: how programs write an amount.</summary>
    private static bool IsGroupedByThousands(string word)
    {
        var groups = word.Split('_');
        return groups[0].Length is >= 1 and <= 3 && groups.Skip(1).All(static g => g.Length == 3);
    }

    /// <summary>Numerals without blanks, digits among them: "nineseven5", "einundzwanzig". 0 when something else is among them.</summary>
    private static int Strung(string word)
    {
        var (at, digits, room, languages, times) = (0, 0, 0, -1, 1);
        while (at < word.Length)
        {
            if (char.IsAsciiDigit(word[at]))
            {
                (at, digits, room, times) = (at + 1, digits + times, 0, 1);
                continue;
            }

            if (!TryPart(word, at, languages, out var length, out var part))
                return 0;
            languages &= part.Languages;
            if (part.Is(Kinds.Double | Kinds.Triple))
            {
                (at, times) = (at + length, part.Is(Kinds.Triple) ? 3 : 2);
                continue;
            }

            var merges = part.Is(Kinds.Numeral) && part.Digits <= room && part.Value > 0;
            digits += part.Is(Kinds.Numeral) && !merges ? times * part.Digits : 0;
            times = 1;
            room = !part.Is(Kinds.Numeral) ? 1 : part.Digits == 1 && !merges ? 0 : Room(part);
            at += length;

            // "und": the tens that follow stand before the units said already.
            if (!part.Is(Kinds.Numeral))
                (digits, room) = (digits - 1, 0);
        }

        return digits >= 2 ? digits : 0;
    }

    private static bool TryPart(string word, int at, int languages, out int length, out Word part)
    {
        part = Word.Unknown;
        for (length = Math.Min(LongestNumeral, word.Length - at); length >= 2; length--)
        {
            if (Lexicon.TryFind(word.AsSpan(at, length), out part) && (part.Languages & languages) != 0
                && (part.Is(Kinds.Numeral | Kinds.Double | Kinds.Triple) || (part.Is(Kinds.Pair) && at > 0)))
                return true;
        }

        return false;
    }
}

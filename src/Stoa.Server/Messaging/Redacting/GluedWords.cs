namespace Stoa.Server.Messaging.Redacting;

/// <summary>Where words are written together that a reader tells apart: by script, by a long number, by words for signs.</summary>
internal static class GluedWords
{
    // So many digits glued to a word are a number that is glued to it; fewer are part of a name.
    private const int GluedDigits = 7;

    // So many are one beside a word that no table has, too.
    private const int WholeNumber = 9;
    private const int LongestCurrency = 5;
    private const int MaxParts = 40;

    /// <summary>Beginnings of the parts, and the end; null for a single word.</summary>
    public static List<int>? Borders(FoldedText folded, int start, int end) =>
        end - start < 2 ? null : ByScript(folded, start, end) ?? ByCurrency(folded, start, end) ?? ByNumber(folded, start,
            end) ?? ByUnderscore(folded, start, end) ?? ByCapitals(folded, start, end);

    /// <summary>Digits or Latin letters glued to a script that cannot be taken for Latin: "звони89161234567", "আমারwhatsapp".</summary>
    private static List<int>? ByScript(FoldedText folded, int start, int end)
    {
        List<int>? borders = null;
        var isForeign = IsForeign(folded, start);
        var mayBe = folded[start] > 0x7F && isForeign;
        for (var i = start + 1; i < end; i++)
        {
            mayBe |= folded[i] > 0x7F && IsForeign(folded, i);
            if (folded[i] == '_' || folded[i - 1] == '_' || IsForeign(folded, i - 1) == IsForeign(folded, i))
                continue;
            (borders ??= [start]).Add(i);
        }

        // A letter that no Latin one looks like says that the word is of its script, not a Latin word in disguise.
        if (borders is null || !mayBe)
            return null;
        borders.Add(end);
        return borders;
    }

    /// <summary>"USD1", "Rs500".</summary>
    private static List<int>? ByCurrency(FoldedText folded, int start, int end)
    {
        var first = start;
        while (first < end && folded.ScriptOf(first) == Script.Latin)
            first++;
        if (first - start is < 2 or > LongestCurrency || first == end || !Lexicon.Find(folded.Span(start, first)).Is(Kinds.Currency))
            return null;
        for (var i = first; i < end; i++)
        {
            if (!char.IsAsciiDigit(folded[i]))
                return null;
        }

        return [start, first, end];
    }

    private static bool IsForeign(FoldedText folded, int i) => folded.ScriptOf(i) is not (Script.Shared or Script.Latin);

    /// <summary>A long number with words of the tables around it: "call13912345678now". A part number's letters are no words.</summary>
    private static List<int>? ByNumber(FoldedText folded, int start, int end)
    {
        if (end - start < GluedDigits + 2)
            return null;
        var first = start;
        while (first < end && !char.IsAsciiDigit(folded[first]))
            first++;
        var last = first;
        while (last < end && char.IsAsciiDigit(folded[last]))
            last++;
        if (last - first < GluedDigits || last - first == end - start
            || !(IsKnown(folded, start, first) ? IsKnown(folded, last, end)
            || (last - first >= WholeNumber && first > start && IsSmall(folded, last, end)) : last - first >= WholeNumber && last < end
            && IsKnown(folded, last, end) && IsSmall(folded, start, first)))
            return null;
        List<int> borders = [start];
        if (first > start)
            borders.Add(first);
        if (last < end)
            borders.Add(last);
        borders.Add(end);
        return borders;
    }

    private static bool IsSmall(FoldedText folded, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            if (!char.IsLetter(folded[i]) || folded.IsCapital(i))
                return false;
        }

        return true;
    }

    private static bool IsKnown(FoldedText folded, int start, int end) =>
        start == end || (end - start >= 2 && Lexicon.Find(folded.Span(start, end)) is var word && word.Kinds != Kinds.None
            && !word.Is(Kinds.Reference | Kinds.Unit) && (!folded.IsCapital(end - 1) || word.Is(Kinds.Messenger | Kinds.Cue)));

    /// <summary>"ana_at_gmail_dot_com", "five_five_five": the underscores are blanks.</summary>
    private static List<int>? ByUnderscore(FoldedText folded, int start, int end)
    {
        List<int> borders = [start];
        var (signs, others) = (0, 0);
        for (var at = start; at < end && borders.Count < MaxParts;)
        {
            var stop = at;
            while (stop < end && folded[stop] != '_')
                stop++;
            var word = stop > at ? Lexicon.Find(folded.Span(at, stop)) : Word.Unknown;
            if (word.Is(Kinds.At | Kinds.Dot))
                signs++;
            else if (!word.Is(Kinds.Numeral))
                others++;
            if (stop < end)
                borders.Add(stop);
            at = stop + 1;
        }

        if (borders.Count == 1 || (signs == 0 && others > 0) || (signs == 1 && others == 1))
            return null;
        borders.Add(end);
        return borders;
    }

    /// <summary>"anaATgmailDOTcom".</summary>
    private static List<int>? ByCapitals(FoldedText folded, int start, int end)
    {
        if (folded.IsCapital(start) || folded.IsCapital(end - 1))
            return null;
        List<int> borders = [start];
        for (var i = start + 1; i < end; i++)
        {
            var length = 0;
            while (i + length < end && folded.IsCapital(i + length))
                length++;
            if (length < 2)
                continue;
            if (!Lexicon.Find(folded.Span(i, i + length)).Is(Kinds.At | Kinds.Dot))
                return null;
            borders.Add(i);
            borders.Add(i + length);
            i += length;
        }

        if (borders.Count == 1)
            return null;
        borders.Add(end);
        return borders;
    }
}

using System.Globalization;
using System.Text;

namespace Stoa.Core.Text;

/// <summary>One form for texts that look the same: Unicode's Normalization Form C (Standard Annex 15).</summary>
/// <remarks>
/// The runtime normalizes nothing without ICU, which a fresh machine need not have, and says nothing about it: it hands every text back as it came. The data are Unicode's
/// (<c>canonical.txt</c>, written by <c>tools/make-unicode-tables.mjs</c>); the algorithm is that of section 1.3. ASCII and what has no such characters costs a look.
/// </remarks>
public static class NormalForm
{
    // Hangul syllables are put together by arithmetic (The Unicode Standard, section 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;
    private const int Syllables = Leads * Vowels * Tails;

    private static readonly Lazy<Tables> Data = new(Read);

    /// <summary>The text in Form C; the same instance when it is in it.</summary>
    public static string C(string text)
    {
        if (!MayChange(text))
            return text;
        var runes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
            Decompose(rune.Value, runes);
        Order(runes);
        Compose(runes);
        var form = new StringBuilder(text.Length);
        foreach (var rune in runes)
            form.Append(new Rune(rune));
        return form.ToString();
    }

    /// <summary>Nothing below U+0300 is a mark or changes: that is all of Latin 1 and Latin Extended.</summary>
    private static bool MayChange(string text)
    {
        foreach (var c in text)
        {
            if (c >= '\u0300')
                return true;
        }

        return false;
    }

    private static void Decompose(int rune, List<int> into)
    {
        if (rune is >= SyllableBase and < SyllableBase + Syllables)
        {
            var index = rune - SyllableBase;
            into.Add(LeadBase + (index / (Vowels * Tails)));
            into.Add(VowelBase + (index % (Vowels * Tails) / Tails));
            if (index % Tails > 0)
                into.Add(TailBase + (index % Tails));
        }
        else if (Data.Value.Parts.TryGetValue(rune, out var parts))
        {
            foreach (var part in parts)
                Decompose(part, into);
        }
        else
        {
            into.Add(rune);
        }
    }

    /// <summary>Marks after one letter in the order of their ranks; those of one rank stay in theirs.</summary>
    private static void Order(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var rank = RankOf(runes[i]);
            for (var at = i; rank > 0 && at > 0 && RankOf(runes[at - 1]) > rank; at--)
                (runes[at - 1], runes[at]) = (runes[at], runes[at - 1]);
        }
    }

    private static void Compose(List<int> runes)
    {
        var starter = -1;
        var kept = 0;
        var before = 0;
        foreach (var rune in runes.ToArray())
        {
            var rank = RankOf(rune);

            // A mark is blocked by one of its own rank, a letter by whatever stands between.
            var isFree = starter >= 0 && (kept == starter + 1 || (rank > 0 && before < rank));
            if (isFree && Composed(runes[starter], rune) is { } composed)
            {
                runes[starter] = composed;
                continue;
            }

            if (rank == 0)
                starter = kept;
            before = rank;
            runes[kept++] = rune;
        }

        runes.RemoveRange(kept, runes.Count - kept);
    }

    private static int? Composed(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + Leads && second is >= VowelBase and < VowelBase + Vowels)
            return SyllableBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Tails);
        if (first is >= SyllableBase and < SyllableBase + Syllables && (first - SyllableBase) % Tails == 0 && second is > TailBase and < TailBase + Tails)
            return first + second - TailBase;
        return Data.Value.Pairs.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static int RankOf(int rune) => rune < 0x300 ? 0 : Data.Value.Ranks.GetValueOrDefault(rune);

    private static Tables Read()
    {
        var tables = new Tables([], [], []);
        using var lines = new StreamReader(typeof(NormalForm).Assembly.GetManifestResourceStream("canonical.txt")!);
        while (lines.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            var rune = Number(words[1]);
            if (words[0] == "M")
            {
                tables.Ranks[rune] = int.Parse(words[2], CultureInfo.InvariantCulture);
                continue;
            }

            tables.Parts[rune] = [.. words.Skip(2).Select(Number)];
            if (words[0] == "C")
                tables.Pairs[(Number(words[2]), Number(words[3]))] = rune;
        }

        return tables;
    }

    private static int Number(string hexadecimal) => int.Parse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private sealed record Tables(Dictionary<int, int[]> Parts, Dictionary<(int First, int Second), int> Pairs, Dictionary<int, int> Ranks);
}

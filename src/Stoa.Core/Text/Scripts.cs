using System.Globalization;
using System.Text;

namespace Stoa.Core.Text;

/// <summary>Which writing systems a text mixes (Unicode Technical Standard 39, section 5.2).</summary>
public static class Scripts
{
    private const string Unlisted = "Unlisted";

    // Together these are ordinary: Japanese, Chinese with its phonetic signs, Korean; each with Latin letters between.
    private static readonly string[][] Ordinary =
    [
        ["Latin", "Han", "Hiragana", "Katakana"],
        ["Latin", "Han", "Bopomofo"],
        ["Latin", "Han", "Hangul"],
    ];

    private static readonly Lazy<(int First, int Last, string Script)[]> Ranges = new(Read);

    /// <summary>"Highly restrictive": one script, or one of the ordinary mixtures. Digits, signs and marks belong to all. A Latin word with a Cyrillic а in it is not.</summary>
    public static bool AreOrdinary(string text)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var rune in text.EnumerateRunes())
        {
            if (Of(rune) is var script && script is not ("Common" or "Inherited"))
                found.Add(script);
        }

        return found.Count <= 1 || Array.Exists(Ordinary, found.IsSubsetOf);
    }

    /// <summary>The script a character belongs to, by its name in Unicode.</summary>
    internal static string Of(Rune rune)
    {
        var ranges = Ranges.Value;
        var (low, high) = (0, ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (rune.Value < ranges[middle].First)
                high = middle - 1;
            else if (rune.Value > ranges[middle].Last)
                low = middle + 1;
            else
                return ranges[middle].Script;
        }

        return Unlisted;
    }

    private static (int First, int Last, string Script)[] Read()
    {
        using var lines = new StreamReader(typeof(Scripts).Assembly.GetManifestResourceStream("scripts.txt")!);
        var ranges = new List<(int First, int Last, string Script)>();
        while (lines.ReadLine()?.Split(' ') is [var first, var last, var script])
            ranges.Add((int.Parse(first, NumberStyles.HexNumber, CultureInfo.InvariantCulture), int.Parse(last, NumberStyles.HexNumber, CultureInfo.InvariantCulture), script));
        return [.. ranges];
    }
}

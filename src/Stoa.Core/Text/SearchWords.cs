using System.Globalization;
using System.Text;

namespace Stoa.Core.Text;

/// <summary>What a text is found by: one reading of it for the index and for the question, and so for both databases alike.</summary>
/// <remarks>
/// A word is a row of letters, digits and marks in Form C, in lower case, letters of full width as ordinary ones; whatever else ends it. So an address, a file name, a date or a
/// version is found by each of its parts. Scripts that put no blanks between words (Han, Kana, Thai, Lao, Khmer, Myanmar) are taken as overlapping pairs of characters, and each
/// character alone. Words are handed over in ASCII, because the databases' own ideas of what a word is would cut those of other scripts: beyond it, the hexadecimal of their UTF-8.
/// </remarks>
public static class SearchWords
{
    /// <summary>A question has no more words than this; further ones are passed over.</summary>
    public const int MaxAsked = 10;

    private const int MaxLength = 64;
    private const string Encoded = "0x";
    private static readonly string[] WithoutBlanks = ["Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar"];

    /// <summary>Each word of a message once.</summary>
    public static IReadOnlyCollection<string> In(string text)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var row in Rows(text))
        {
            if (!row.IsPaired)
            {
                words.Add(Ascii(row.Runes, 0, Math.Min(row.Runes.Count, MaxLength)));
                continue;
            }

            for (var i = 0; i < row.Runes.Count; i++)
            {
                words.Add(Ascii(row.Runes, i, 1));
                if (i + 1 < row.Runes.Count)
                    words.Add(Ascii(row.Runes, i, 2));
            }
        }

        return words;
    }

    /// <summary>The words that must all be in a message for a question to find it.</summary>
    /// <returns>And whether the last one may be the beginning of a word, as it is while somebody types.</returns>
    public static (IReadOnlyList<string> Words, bool IsLastABeginning) Asked(string question)
    {
        var (words, isBeginning) = (new List<string>(), false);
        foreach (var row in Rows(question))
        {
            isBeginning = !row.IsPaired;
            if (!row.IsPaired || row.Runes.Count == 1)
                words.Add(Ascii(row.Runes, 0, Math.Min(row.Runes.Count, MaxLength)));
            else
                words.AddRange(Enumerable.Range(0, row.Runes.Count - 1).Select(i => Ascii(row.Runes, i, 2)));
            if (words.Count >= MaxAsked)
                return (words[..MaxAsked], false);
        }

        return (words, isBeginning);
    }

    /// <summary>Rows of characters that belong together, each of one kind.</summary>
    private static IEnumerable<(List<Rune> Runes, bool IsPaired)> Rows(string text)
    {
        var (row, isPaired) = (new List<Rune>(), false);
        foreach (var rune in NormalForm.C(ComparedText.Narrow(text)).EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
            var isWord = isMark || Rune.IsLetterOrDigit(rune);
            var pairs = isMark ? isPaired : isWord && rune.Value > 0x7F && WithoutBlanks.Contains(Scripts.Of(rune));
            if (row.Count > 0 && (!isWord || pairs != isPaired))
            {
                yield return (row, isPaired);
                row = [];
            }

            isPaired = pairs;
            if (isWord)
                row.Add(Rune.ToLowerInvariant(rune));
        }

        if (row.Count > 0)
            yield return (row, isPaired);
    }

    private static string Ascii(List<Rune> runes, int from, int count)
    {
        var word = new StringBuilder(count);
        for (var i = from; i < from + count; i++)
            word.Append(runes[i]);
        var text = word.ToString();
        return System.Text.Ascii.IsValid(text) ? text : Encoded + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
    }
}

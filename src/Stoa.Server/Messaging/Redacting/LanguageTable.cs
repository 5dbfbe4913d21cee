using System.Globalization;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>The words of one language, read from <c>Languages/xx.txt</c>.</summary>
/// <remarks>
/// A line is <c>row: word word</c>; a row may go on in a second line of its name. Within a word <c>_</c> is a blank, <c>*</c> at the end
/// any
/// ending, <c>?</c> in front says that it is an ordinary word besides, and <c>=</c> tells the top level domain it says. <c>-</c> alone: the
/// language has none. Every language has every row, so that what is missing is seen: <see cref="FormatException"/> otherwise.
/// </remarks>
public sealed class LanguageTable
{
    private const int LastNumeral = 20;
    private static readonly Dictionary<string, Kinds> Names = Enum.GetValues<Kinds>()
        .Where(static k => k is not (Kinds.None or Kinds.Numeral)).ToDictionary(static k => k.ToString().ToLowerInvariant());

    /// <param name="Text">Folded, with single blanks.</param>
    /// <param name="IsStem">Any ending may follow.</param>
    internal readonly record struct Entry(string Text, bool IsStem, Word Word);

    private LanguageTable(string name, List<Entry> entries, List<string> wordEndings) =>
        (Name, Entries, WordEndings) = (name, entries, wordEndings);

    public string Name { get; }

    internal IReadOnlyList<Entry> Entries { get; }

    /// <summary>Top level domains that are words of the language, so that a missing blank after a full stop looks like a host.</summary>
    internal IReadOnlyList<string> WordEndings { get; }

    /// <summary>The rows every language has.</summary>
    public static IReadOnlyList<string> Rows { get; } =
        [.. Enumerable.Range(0, LastNumeral + 1).Concat([30, 40, 50, 60, 70, 80, 90, 100]).Select(static n =>
            n.ToString(CultureInfo.InvariantCulture)),
            .. Names.Keys, WordEndingRow];

    private const string WordEndingRow = "word-ending";

    /// <summary>The tables the server uses.</summary>
    public static IReadOnlyList<LanguageTable> All => Lexicon.Tables;

    /// <summary>Reads a table; refuses one that is malformed or lacks a row.</summary>
    public static LanguageTable Read(string name, TextReader file) => Read(name, file, 0);

    /// <param name="bit">Of <see cref="Word.Languages"/>.</param>
    internal static LanguageTable Read(string name, TextReader file, int bit)
    {
        var rows = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        for (var number = 1; file.ReadLine() is { } line; number++)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon <= 0 || !(Names.ContainsKey(line[..colon]) || line[..colon] == WordEndingRow || IsNumeral(line[..colon])))
                throw new FormatException($"{name}.txt, line {number}: there is no such row");
            if (!rows.TryGetValue(line[..colon], out var words))
                rows[line[..colon]] = words = [];
            words.AddRange(line[(colon + 2)..].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        foreach (var row in Rows)
        {
            if (!rows.TryGetValue(row, out var words) || words.Count == 0 || (words.Contains("-") && words.Count > 1))
                throw new FormatException($"{name}.txt: the row {row} is empty, or both empty and not");
        }

        var entries = rows.Where(static r => r.Key != WordEndingRow && r.Value[0] != "-")
            .SelectMany(r => r.Value.Select(w => EntryOf(name, r.Key, w, bit))).ToList();
        return new LanguageTable(name, entries, [.. rows[WordEndingRow].Where(static w => w != "-")]);
    }

    private static bool IsNumeral(string row) => int.TryParse(row, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value < 1000;

    private static Entry EntryOf(string name, string row, string written, int bit)
    {
        var isWeak = written[0] == '?';
        var text = isWeak ? written[1..] : written;
        var isStem = text.EndsWith('*');
        text = isStem ? text[..^1] : text;
        string? ending = null;
        if (row == "ending")
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new FormatException($"{name}.txt: {written} does not say which ending it is");
            (text, ending) = (text[..equals], text[(equals + 1)..]);
        }

        var folded = FoldedText.Of(text.Replace('_', ' '));
        if (folded.Length == 0)
            throw new FormatException($"{name}.txt: the row {row} has an empty word");
        var kind = Names.GetValueOrDefault(row, Kinds.Numeral);
        var value = kind == Kinds.Numeral ? int.Parse(row, CultureInfo.InvariantCulture) : -1;
        return new Entry(folded, isStem, new Word(kind, isWeak ? kind : Kinds.None, value, 1 << bit, ending));
    }
}

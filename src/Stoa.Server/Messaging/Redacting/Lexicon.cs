using System.Collections.Frozen;
using System.Reflection;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>All words the rules know, folded: the tables of the languages and the top level domains. A malformed one stops the
/// start.</summary>
internal static class Lexicon
{
    private const int ShortestStem = 3;

    private static readonly Assembly Here = typeof(Lexicon).Assembly;

    /// <summary>One table a language, in the order of <see cref="Word.Languages"/>' bits.</summary>
    public static IReadOnlyList<LanguageTable> Tables { get; } = ReadTables();

    // Arabic writes "and", "in", "with", "to", "as" and the article at the beginning of the word.
    private static readonly string[] Clitics = ["\u0627\u0644", "\u0628\u0627\u0644", "\u0648\u0627\u0644", "\u0639\u0627\u0644",
        "\u0644\u0644", "\u0648", "\u0628", "\u0641", "\u0644", "\u0643", "\u0639"];

    private static readonly FrozenDictionary<string, Word> Exact = Merged(isStem: false);
    private static readonly FrozenDictionary<string, Word> Stems = Merged(isStem: true);
    private static readonly FrozenDictionary<string,
        Word>.AlternateLookup<ReadOnlySpan<char>> ExactBySpan = Exact.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly FrozenDictionary<string,
        Word>.AlternateLookup<ReadOnlySpan<char>> StemBySpan = Stems.GetAlternateLookup<ReadOnlySpan<char>>();
    private static readonly int LongestStem = Stems.Keys.Max(static k => k.Length);

    /// <summary>First words of phrases, and how many words the longest phrase with it has.</summary>
    public static FrozenDictionary<string, int> Phrases { get; } = PhrasesOf();

    /// <summary>Every top level domain.</summary>
    public static FrozenSet<string> TopLevels { get; } = Lines("top-level-domains.txt").ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Top level domains that are words of languages, with the bits of those.</summary>
    public static FrozenDictionary<string, int> WordEndings { get; } = Tables
        .SelectMany(static (t, bit) => t.WordEndings.Select(w => (Ending: w, Bit: 1 << bit))).GroupBy(static w => w.Ending)
        .ToFrozenDictionary(static g => g.Key, static g => g.Aggregate(0, static (bits, w) => bits | w.Bit), StringComparer.Ordinal);

    // The joined names of messengers that are long enough to be told when signs, blanks and digits stand within.
    public static FrozenSet<string> LongMessengers { get; } = Exact.Concat(Stems)
        .Where(static w => w.Value.IsSurely(Kinds.Messenger) && w.Key.All(char.IsAsciiLetter)
            && w.Key.Length >= 5).Select(static w => w.Key)
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The word's meaning; <see cref="Word.Unknown"/> when no table has it.</summary>
    public static Word Find(ReadOnlySpan<char> text)
    {
        if (ExactBySpan.TryGetValue(text, out var exact))
            return exact;
        for (var length = Math.Min(text.Length, LongestStem); length >= ShortestStem; length--)
        {
            if (StemBySpan.TryGetValue(text[..length], out var stem))
                return stem;
        }

        if (text[0] is < '\u0621' or > '\u064A')
            return Word.Unknown;
        foreach (var clitic in Clitics)
        {
            if (text.Length > clitic.Length + 1 && text.StartsWith(clitic) && ExactBySpan.TryGetValue(text[clitic.Length..], out var bare))
                return bare;
        }

        return Word.Unknown;
    }

    /// <summary>Whether the words are a phrase of the tables, the last one with any ending where they allow it.</summary>
    public static bool IsPhrase(string text)
    {
        if (Exact.ContainsKey(text))
            return true;
        for (var length = Math.Min(text.Length, LongestStem); length > text.LastIndexOf(' ') + 1; length--)
        {
            if (StemBySpan.ContainsKey(text.AsSpan(0, length)))
                return true;
        }

        return false;
    }

    /// <summary>A word or phrase as it stands in a table.</summary>
    public static bool TryFind(ReadOnlySpan<char> text, out Word word)
    {
        var isThere = ExactBySpan.TryGetValue(text, out var found);
        word = found ?? Word.Unknown;
        return isThere;
    }

    private static LanguageTable[] ReadTables()
    {
        const string Folder = "languages/";
        var names = Here.GetManifestResourceNames().Where(static n =>
            n.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        return [.. names.Select(static (resource, bit) =>
        {
            using var file = Open(resource);
            return LanguageTable.Read(Path.GetFileNameWithoutExtension(resource[Folder.Length..]), file, bit);
        })];
    }

    private static FrozenDictionary<string, Word> Merged(bool isStem)
    {
        var words = new Dictionary<string, Word>(StringComparer.Ordinal);
        foreach (var entry in Tables.SelectMany(static t => t.Entries))
        {
            // A stem is also the word itself, and may be more than that.
            if (isStem && !entry.IsStem)
                continue;
            foreach (var key in WithClitics(Spaced(entry.Text)))
                words[key] = words.TryGetValue(key, out var known) ? known.With(entry.Word) : entry.Word;
        }

        return words.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A phrase in Arabic also with what may be written at its beginning; a single word's is taken off when it is looked
    /// up.</summary>
    private static IEnumerable<string> WithClitics(string text) =>
        text[0] is >= '\u0621' and <= '\u064A' && text.Contains(' ', StringComparison.Ordinal)
            ? Clitics.Select(c => c + text).Prepend(text) : [text];

    private static FrozenDictionary<string, int> PhrasesOf()
    {
        var longest = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var words in Exact.Keys.Concat(Stems.Keys).Where(static k => k.Contains(' ', StringComparison.Ordinal)).Select(static k =>
            k.Split(' ')))
            longest[words[0]] = Math.Max(longest.GetValueOrDefault(words[0]), words.Length);
        return longest.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Signs within a word of the tables ("dix-huit") stand where a blank may stand as well.</summary>
    private static string Spaced(string text) =>
        string.Join(' ', text.Split([' ', '-', '\'', '.', '/'], StringSplitOptions.RemoveEmptyEntries));

    private static IEnumerable<string> Lines(string resource)
    {
        using var file = Open(resource);
        while (file.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
                continue;
            foreach (var name in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                yield return name;
        }
    }

    private static StreamReader Open(string resource) => new(Here.GetManifestResourceStream(resource)!);
}

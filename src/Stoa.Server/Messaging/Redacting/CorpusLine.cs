using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>One example message; <c>||</c> in it stands between messages sent one after the other.</summary>
/// <param name="Language">The file's name without its ending.</param>
/// <param name="Class">What kind of contact it has, after the last <c>[class]</c> before it; the language where there is none.</param>
public sealed record CorpusLine(string Language, string Class, string Text)
{
    private const string Next = "||";
    private const uint Share = 4;

    /// <summary>Classes of lines that give nothing away.</summary>
    public bool IsInnocent => Class is "innocents" or "names";

    /// <summary>
    /// Whether the rules are written without looking at it: where FNV-1a (32 bits) of the line's UTF-8 bytes is a multiple of four. Nobody
    /// chooses which.
    /// </summary>
    public bool IsKeptApart { get; } = Hash(Text) % Share == 0;

    /// <summary>What was sent before, and the last message.</summary>
    public IReadOnlyList<string> Messages { get; } = Text.Split(Next);

    /// <summary>The lines of a file; empty ones, and those that begin with <c>;</c>, are none.</summary>
    public static IReadOnlyList<CorpusLine> Read(string path)
    {
        var language = Path.GetFileNameWithoutExtension(path);
        var (kind, lines) = (language, new List<CorpusLine>());
        foreach (var line in File.ReadLines(path))
        {
            if (string.IsNullOrWhiteSpace(line) || line[0] == ';')
                continue;
            if (line[0] == '[' && line[^1] == ']' && !line.Contains(' ', StringComparison.Ordinal))
                kind = line[1..^1];
            else
                lines.Add(new CorpusLine(language, kind, line));
        }

        return lines;
    }

    private static uint Hash(string text)
    {
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ b) * 16777619u;
        return hash;
    }
}

using System.Text;

namespace Stoa.Server.Hosting.Settings.Reading;

/// <summary>Reads a <c>.env</c> file: <c>NAME=value</c> lines, comments, an optional <c>export</c>, quotes. The file never overrides the environment.</summary>
internal static class DotEnv
{
    /// <summary>The names and values in order; a repeated name's last value wins.</summary>
    /// <param name="problems">Gets a line for each line of the file that cannot be read.</param>
    public static Dictionary<string, string> Read(string path, List<string> problems)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return values;

        var number = 0;
        foreach (var raw in File.ReadLines(path))
        {
            number++;
            var line = raw.Trim();
            if (line.Length == 0 || line[0] == '#')
                continue;
            if (line.StartsWith("export ", StringComparison.Ordinal))
                line = line["export ".Length..].TrimStart();

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? "" : line[..equals].Trim();
            if (name.Length == 0 || name.Any(char.IsWhiteSpace) || Value(line[(equals + 1)..].Trim()) is not { } value)
                problems.Add($"{Path.GetFileName(path)}: line {number} is not NAME=value");
            else
                values[name] = value;
        }

        return values;
    }

    /// <summary>Null when a quote is not closed.</summary>
    private static string? Value(string text)
    {
        if (text.Length == 0 || text[0] is not ('"' or '\''))
        {
            // A comment needs a blank before it: passwords hold number signs.
            var comment = text.IndexOf(" #", StringComparison.Ordinal);
            return text.StartsWith('#') ? "" : comment < 0 ? text : text[..comment].TrimEnd();
        }

        var quote = text[0];
        var value = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == quote)
                return value.ToString();
            if (quote == '"' && text[i] == '\\' && i + 1 < text.Length)
                value.Append(text[++i] switch { 'n' => '\n', 't' => '\t', var other => other });
            else
                value.Append(text[i]);
        }

        return null;
    }
}

using System.Text;

namespace Stoa.Load;

/// <summary>What a scenario found: a section of Markdown under the name it is kept by.</summary>
public sealed class Report(string section)
{
    private readonly List<(string Name, string Value)> facts = [];
    private readonly List<string[]> rows = [];
    private readonly List<string> notes = [];

    /// <summary>The heading in the results file; writing it again replaces what stood there.</summary>
    public string Section { get; } = section;

    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>True when something in it must not be trusted; the command then ends with 1.</summary>
    public bool Failed { get; private set; }

    public void Fact(string name, string value) => facts.Add((name, value));

    public void Row(params string[] cells) => rows.Add(cells);

    public void Note(string text) => notes.Add(text);

    public void Fail(string text)
    {
        Failed = true;
        notes.Add($"**Not valid:** {text}");
    }

    /// <summary>Without the heading.</summary>
    public string ToMarkdown()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in facts)
            text.Append("- ").Append(name).Append(": ").Append(value).Append('\n');
        text.Append('\n');
        Line(text, Columns);
        Line(text, Columns.Select(static (_, i) => i == 0 ? "---" : "---:"));
        foreach (var row in rows)
            Line(text, row);
        foreach (var note in notes)
            text.Append('\n').Append(note).Append('\n');
        return text.ToString();
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}

using System.Globalization;
using System.Text;

namespace Stoa.Server.Hosting.Telemetry;

/// <summary>The Prometheus text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static void Write(StringBuilder text, MetricFamily family)
    {
        var series = family.Series();
        if (series.Count == 0)
            return;
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escaped(family.Help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(family.Kind switch
        {
            MetricKind.Counter => "counter",
            MetricKind.Histogram => "histogram",
            _ => "gauge",
        }).Append('\n');
        foreach (var one in series)
        {
            var (sum, counts) = one.Read();
            if (family.Bounds is { } bounds)
                WriteHistogram(text, family.Name, one.Labels, bounds, sum, counts);
            else
                WriteSample(text, family.Name, one.Labels, Number(sum));
        }
    }

    /// <summary>The labels of a tag set, by name, so that two orders of the same tags are one series.</summary>
    public static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return "";
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in tags)
        {
            // Two tags may come to one label name (a.b and a_b), which must stand once.
            var name = Identifier(key);
            var text = value is bool truth ? (truth ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            labels[name] = labels.TryGetValue(name, out var other) ? $"{other};{text}" : text;
        }

        return string.Join(',', labels.Select(static l => $"{l.Key}=\"{Escaped(l.Value, quotes: true)}\""));
    }

    /// <summary>A name made of letters, digits and underscores that does not begin with a digit.</summary>
    public static string Identifier(string name)
    {
        var text = new StringBuilder(name.Length + 1);
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            text.Append('_');
        foreach (var letter in name)
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        return text.ToString();
    }

    public static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private static void WriteHistogram(StringBuilder text, string name, string labels, double[] bounds, double sum, long[] counts)
    {
        var comma = labels.Length == 0 ? "" : ",";
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = Number(i < bounds.Length ? bounds[i] : double.PositiveInfinity);
            WriteSample(text, name + "_bucket", $"{labels}{comma}le=\"{bound}\"", Number(total));
        }

        WriteSample(text, name + "_sum", labels, Number(sum));
        WriteSample(text, name + "_count", labels, Number(total));
    }

    private static void WriteSample(StringBuilder text, string name, string labels, string value)
    {
        text.Append(name);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(value).Append('\n');
    }

    private static string Escaped(string text, bool quotes)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);
        return quotes ? escaped.Replace("\"", "\\\"", StringComparison.Ordinal) : escaped;
    }
}

namespace Stoa.Server.Messaging.Redacting;

/// <summary>Finds e-mail addresses, telephone numbers, links and handles of other messengers in a text, also when they are
/// disguised.</summary>
/// <remarks>
/// Knows spelled digits and separators of the languages in <c>Languages</c>, blanks between letters, look-alike characters, invisible ones,
/// entities and percent codes. No expression backtracks: the text is folded, cut into tokens, and each rule walks over the tokens looking a
/// fixed number ahead, so the time grows with the length alone.
/// What it should and should not find is in the corpus (docs/redaction.md).
/// </remarks>
/// <param name="allowedHosts">Hosts, and all below them, that may be linked to; lower case.</param>
public sealed class ContactScanner(IReadOnlyCollection<string> allowedHosts)
{
    /// <summary>Three bullets stand for each hit (S0-21).</summary>
    public const string Replacement = "\u2022\u2022\u2022";

    /// <summary>Everything found, in order, without overlaps.</summary>
    public IReadOnlyList<ContactHit> Scan(string text)
    {
        if (text.Length == 0)
            return [];
        var reading = new Reading(text);
        var hits = new List<ContactHit>();
        EmailRule.Find(reading, hits);
        LinkRule.Find(reading, IsAllowed, hits);
        PhoneRule.Find(reading, hits);
        HandleRule.Find(reading, hits);
        return Merged(hits);
    }

    /// <summary>The text with every hit replaced; the same string when there is none.</summary>
    public static string Replace(string text, IReadOnlyList<ContactHit> hits)
    {
        if (hits.Count == 0)
            return text;
        var clean = new System.Text.StringBuilder(text.Length);
        var at = 0;
        foreach (var hit in hits)
        {
            clean.Append(text, at, hit.Start - at).Append(Replacement);
            at = hit.End;
        }

        return clean.Append(text, at, text.Length - at).ToString();
    }

    private bool IsAllowed(string host)
    {
        foreach (var allowed in allowedHosts)
        {
            if (host == allowed || host.EndsWith("." + allowed, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static List<ContactHit> Merged(List<ContactHit> hits)
    {
        hits.Sort(static (one, other) => one.Start != other.Start ? one.Start.CompareTo(other.Start) : other.Length.CompareTo(one.Length));
        var merged = new List<ContactHit>(hits.Count);
        foreach (var hit in hits)
        {
            if (merged.Count > 0 && hit.Start < merged[^1].End)
                merged[^1] = merged[^1] with { Length = Math.Max(merged[^1].End, hit.End) - merged[^1].Start };
            else
                merged.Add(hit);
        }

        return merged;
    }
}

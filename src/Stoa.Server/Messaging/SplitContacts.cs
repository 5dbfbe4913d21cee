using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>Finds contacts in a text, alone and together with what its sender wrote around it.</summary>
/// <remarks>
/// A contact may begin in one message and end in another, with harmless lines between. So the text is looked at with all lines around it,
/// with those that carry pieces of contacts alone, and with each of those alone. Of each line only its end, or beginning, counts: a contact
/// that crosses is no longer than that. The work is bounded by the number of lines, whatever their length.
/// </remarks>
internal static class SplitContacts
{
    // Longer than a contact that crosses from one message to another.
    private const int Reach = 160;

    // Two short numbers in two lines are prices, sizes and years more often than halves of a telephone number, unless something speaks of
    // calling or every line has hardly more than a digit.
    private const int LeastDigits = 9;
    private const int LeastDigitsOfMore = 10;
    private const int LongestCrumb = 3;

    public static IReadOnlyList<ContactHit> Find(ContactScanner scanner, LinesAround around, string body)
    {
        var found = new List<ContactHit>(scanner.Scan(body));
        if (body.Length == 0 || around.Before.Count + around.After.Count == 0)
            return found;
        var before = around.Before.Where(static l => l.Length > 0).Select(Tail).ToList();
        var after = around.After.Where(static l => l.Length > 0).Select(Head).ToList();
        var look = new Look(scanner, body, found);
        look.Across(string.Join('\n', before), string.Join('\n', after));
        var (piecesBefore, piecesAfter) = (before.Where(CarriesPieces).ToList(), after.Where(CarriesPieces).ToList());
        if (piecesBefore.Count < before.Count || piecesAfter.Count < after.Count)
            look.Across(string.Join('\n', piecesBefore), string.Join('\n', piecesAfter));

        // The line right before says what this one is about: "my telegram is", "ana_92".
        if (before.Count > 0)
        {
            look.Start(before[^1], isAbout: true);
            if (found.Count == 0 && PhoneRule.Rest(before[^1], body) is { } rest)
                found.Add(rest);
        }

        foreach (var line in piecesBefore.SkipLast(1))
            look.Start(line);
        foreach (var line in piecesAfter)
            look.End(line);
        return Merged(found);
    }

    /// <summary>One body, of which only the beginning is looked at with what stands before it, and the end with what follows.</summary>
    private sealed class Look(ContactScanner scanner, string body, List<ContactHit> found)
    {
        private readonly string head = Head(body);
        private readonly string tail = Tail(body);

        public void Across(string before, string after)
        {
            if (body.Length <= Reach)
            {
                Scan(before, body, after, 0);
                return;
            }

            Start(before);
            End(after);
        }

        /// <param name="isAbout">Also what lies wholly within the body counts, because the line makes it a contact.</param>
        public void Start(string before, bool isAbout = false) => Scan(before, head, "", 0, isAbout);

        public void End(string after) => Scan("", tail, after, body.Length - tail.Length);

        /// <summary>Adds the part within the body of what begins before it or ends after it.</summary>
        private void Scan(string before, string part, string after, int offset, bool isAbout = false)
        {
            if (before.Length == 0 && after.Length == 0)
                return;
            var start = before.Length == 0 ? 0 : before.Length + 1;
            var end = start + part.Length;
            var text = (before.Length == 0 ? part : $"{before}\n{part}") + (after.Length == 0 ? "" : $"\n{after}");
            foreach (var hit in scanner.Scan(text))
            {
                var crosses = hit.Start < start || hit.End > end;
                if (hit.Start >= end || hit.End <= start || !(crosses || isAbout)
                    || (crosses && hit.Rule == ContactRule.Phone && !IsLongEnough(text, hit)))
                    continue;
                var (from, to) = (Math.Max(hit.Start, start) - start, Math.Min(hit.End, end) - start);
                found.Add(new ContactHit(hit.Rule, offset + from, to - from));
            }
        }
    }

    private static bool IsLongEnough(string text, ContactHit hit)
    {
        var number = text.Substring(hit.Start, hit.Length);
        if (new Reading(text).HasCue || number.Split('\n').All(static l => l.Length <= LongestCrumb))
            return true;
        var isSpelled = !number.All(static c => char.IsNumber(c) || char.IsWhiteSpace(c) || char.IsPunctuation(c));
        return isSpelled || PhoneRule.DigitsIn(number) >= (number.Count(static c => c == '\n') > 1 ? LeastDigitsOfMore : LeastDigits);
    }

    /// <summary>Digits, also spelled, the signs of addresses or words for them; a line of ordinary words carries none.</summary>
    private static bool CarriesPieces(string line)
    {
        if (line.Length <= LongestCrumb || line.Any(static c => char.IsNumber(c) || c is '@' or '+' or '_' or '＠'))
            return true;
        const Kinds Pieces = Kinds.Numeral | Kinds.At | Kinds.Dot | Kinds.House | Kinds.Messenger | Kinds.Ending | Kinds.Underscore;
        var reading = new Reading(line);
        return Enumerable.Range(0, reading.Count).Any(i => reading[i].Is(Pieces));
    }

    private static string Tail(string line) => line.Length <= Reach ? line
        : line[(char.IsLowSurrogate(line[^Reach]) ? ^(Reach - 1) : ^Reach)..];

    private static string Head(string line) => line.Length <= Reach ? line
        : line[..(char.IsHighSurrogate(line[Reach - 1]) ? Reach - 1 : Reach)];

    /// <summary>In order, without overlaps.</summary>
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

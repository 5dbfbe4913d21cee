using System.Globalization;

namespace Stoa.SocketIO.Packets;

/// <summary>
/// Half of a character: JSON can spell a surrogate without its partner, as JSON.stringify does with a text that was cut through an emoji,
/// but it is no Unicode text. What comes so from a client is sent on as it came, as the reference server does, and refused where it would
/// have to be read.
/// </summary>
public static class LoneSurrogates
{
    /// <summary>The one refusal, whatever was read.</summary>
    internal const string Refusal = "not well-formed Unicode";

    private const int EscapeLength = 6;

    /// <summary>
    /// For adapters whose form of text is UTF-8: the same JSON with the replacement character (U+FFFD) for each half of a character.
    /// </summary>
    /// <param name="utf8Json">Valid JSON. Returned as it is when there is nothing to replace.</param>
    public static ReadOnlyMemory<byte> Replace(ReadOnlyMemory<byte> utf8Json)
    {
        var at = Find(utf8Json.Span, 0);
        if (at < 0)
            return utf8Json;
        var replaced = utf8Json.ToArray();
        for (; at >= 0; at = Find(replaced, at + EscapeLength))
            "\\ufffd"u8.CopyTo(replaced.AsSpan(at));
        return replaced;
    }

    /// <summary>How many there are in JSON text: only an escape can spell one, because the text itself is valid UTF-8.</summary>
    internal static int Count(ReadOnlySpan<byte> json)
    {
        var count = 0;
        for (var at = Find(json, 0); at >= 0; at = Find(json, at + EscapeLength))
            count++;
        return count;
    }

    /// <exception cref="ArgumentException">One of the application's own texts holds one.</exception>
    internal static void Refuse(ReadOnlySpan<string> texts, string parameter)
    {
        foreach (var text in texts)
        {
            if (IsIn(text))
                throw new ArgumentException(Refusal, parameter);
        }
    }

    private static bool IsIn(ReadOnlySpan<char> text)
    {
        for (int at; (at = text.IndexOfAnyInRange('\ud800', '\udfff')) >= 0; text = text[(at + 2)..])
        {
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[at + 1]))
                return true;
        }

        return false;
    }

    /// <summary>Where the next one is spelt, -1 when there is none.</summary>
    private static int Find(ReadOnlySpan<byte> json, int from)
    {
        for (int next; (next = json[from..].IndexOf((byte)'\\')) >= 0;)
        {
            from += next;
            if (IsSurrogate(json[from..], out var isHigh))
            {
                if (!isHigh || !IsSurrogate(json[(from + EscapeLength)..], out var secondIsHigh) || secondIsHigh)
                    return from;
                from += 2 * EscapeLength;
            }
            else
            {
                // Whatever follows a backslash belongs to it, another backslash too.
                from = Math.Min(from + 2, json.Length);
            }
        }

        return -1;
    }

    private static bool IsSurrogate(ReadOnlySpan<byte> escape, out bool isHigh)
    {
        isHigh = false;
        if (escape.Length < EscapeLength || !escape.StartsWith("\\u"u8)
            || !ushort.TryParse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit))
            return false;
        isHigh = char.IsHighSurrogate((char)unit);
        return char.IsSurrogate((char)unit);
    }
}

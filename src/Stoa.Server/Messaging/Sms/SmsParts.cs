using System.Globalization;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Cuts a message into what an SMS may hold.</summary>
public static class SmsParts
{
    /// <summary>Twilio takes 1600 characters in one SMS; the rest is for the part's number, and for carriers that count otherwise.</summary>
    public const int MaxLength = 1500;

    // A word is cut only when there is no blank this near to the end.
    private const int Near = 100;

    /// <summary>The whole text in order, cut at blanks where there are some, never within a character; several parts begin with <c>(1/3) </c>.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        var parts = new List<string>();
        var rest = text.AsSpan().Trim();
        while (rest.Length > MaxLength)
        {
            var cut = CutOf(rest);
            parts.Add(rest[..cut].TrimEnd().ToString());
            rest = rest[cut..].TrimStart();
        }

        if (rest.Length > 0)
            parts.Add(rest.ToString());
        return parts.Count < 2 ? parts : [.. parts.Select((part, i) => string.Create(CultureInfo.InvariantCulture, $"({i + 1}/{parts.Count}) {part}"))];
    }

    private static int CutOf(ReadOnlySpan<char> text)
    {
        for (var at = MaxLength; at > MaxLength - Near; at--)
        {
            if (char.IsWhiteSpace(text[at]))
                return at;
        }

        return char.IsLowSurrogate(text[MaxLength]) ? MaxLength - 1 : MaxLength;
    }
}

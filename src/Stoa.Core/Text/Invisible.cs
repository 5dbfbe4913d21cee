using System.Globalization;
using System.Text;

namespace Stoa.Core.Text;

/// <summary>Characters that nobody sees: two names that differ only in them are one name to people, and what turns the direction of writing shows another one.</summary>
public static class Invisible
{
    private const int Joiner = 0x200D;
    private const int NonJoiner = 0x200C;

    // Letters and marks that show nothing (Default_Ignorable_Code_Point beyond the category Cf): fillers, variation selectors, and what is reserved for such.
    private static readonly (int First, int Last)[] Others =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8), (0xE0000, 0xE0FFF),
    ];

    /// <summary>True when there is one anywhere, or nothing else.</summary>
    public static bool IsIn(string text) => text.EnumerateRunes().Any(static r => Is(r)) || !IsAnythingVisible(text);

    /// <summary>The same, except that joiners between other characters are let be: Persian and Indian names are spelled with them, and families of emoji.</summary>
    public static bool IsInName(string text)
    {
        var runes = text.EnumerateRunes().ToList();
        for (var i = 0; i < runes.Count; i++)
        {
            var isBetween = i > 0 && i < runes.Count - 1 && runes[i - 1].Value > 0x7F && runes[i + 1].Value > 0x7F;
            if (Is(runes[i]) && !(runes[i].Value is Joiner or NonJoiner && isBetween) && !IsEmojiStyle(runes, i))
                return true;
        }

        return !IsAnythingVisible(text);
    }

    private static bool Is(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        || Array.Exists(Others, r => rune.Value >= r.First && rune.Value <= r.Last);

    /// <summary>U+FE0F says that the sign before it is shown in colours: keyboards write it.</summary>
    private static bool IsEmojiStyle(List<Rune> runes, int at) => runes[at].Value == 0xFE0F && at > 0 && !Rune.IsLetterOrDigit(runes[at - 1]) && !Rune.IsWhiteSpace(runes[at - 1]);

    private static bool IsAnythingVisible(string text) => text.EnumerateRunes().Any(static r => !Is(r) && !Rune.IsWhiteSpace(r)
        && Rune.GetUnicodeCategory(r) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark));
}

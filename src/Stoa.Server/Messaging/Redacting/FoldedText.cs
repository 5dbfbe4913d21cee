using System.Globalization;
using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>A text as it looks to a reader: lower case, without marks and invisible characters, look-alike letters and digits made plain.</summary>
/// <remarks>Every folded character knows where it stood, so that a rule works on the plain form and a hit names the written one. Linear.</remarks>
internal sealed class FoldedText
{
    // Letters of other scripts that are drawn like Latin ones (Unicode TR 39, the common part).
    private const string Drawn = "аеорсухіѕјкмтвнԁһӏαορντυικεη";
    private const string Plain = "aeopcyxisjkmtbhdhlaopvtuiken";

    // Letters with marks, for builds in which text cannot be normalized (InvariantGlobalization).
    private const string Marked = "àáâãäåāăąçćĉċčďđèéêëēĕėęěĝğġģĥħìíîïĩīĭįĵķĺļľŀłñńņňòóôõöøōŏőŕŗřśŝşšţťŧùúûüũūŭůűųŵýÿŷźżž";
    private const string Unmarked = "aaaaaaaaacccccddeeeeeeeeegggghhiiiiiiiijklllllnnnnooooooooorrrsssstttuuuuuuuuuuwyyyzzz";

    // What one character folds to, kept for the basic plane: normalizing is the dear part.
    private static readonly string?[] Known = new string?[0x10000];

    private readonly char[] chars;
    private readonly int[] starts;
    private readonly int[] ends;

    public FoldedText(string text)
    {
        // One rune may fold to several characters (⑽ is "(10)"); what overflows four times the length is a joke and is cut.
        var room = Math.Min(4 * text.Length, text.Length + 4096) + 16;
        (chars, starts, ends) = (new char[room], new int[room], new int[room]);
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            Add(rune, at, at + rune.Utf16SequenceLength);
            at += rune.Utf16SequenceLength;
        }
    }

    public int Length { get; private set; }

    public char this[int i] => chars[i];

    public int SourceStart(int i) => starts[i];

    public int SourceEnd(int i) => ends[i];

    public string Slice(int start, int end) => new(chars, start, end - start);

    private void Add(Rune rune, int start, int end)
    {
        if (rune.IsAscii)
        {
            Put(char.ToLowerInvariant((char)rune.Value), start, end);
            return;
        }

        foreach (var c in rune.IsBmp ? Known[rune.Value] ??= Fold(rune) : Fold(rune))
            Put(c, start, end);
    }

    private void Put(char c, int start, int end)
    {
        if (Length == chars.Length)
            return;
        (chars[Length], starts[Length], ends[Length]) = (c, start, end);
        Length++;
    }

    private static string Fold(Rune rune)
    {
        if (IsInvisible(rune))
            return "";
        if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.DecimalDigitNumber)
            return ((int)Rune.GetNumericValue(rune)).ToString(CultureInfo.InvariantCulture);
        if (Rune.IsWhiteSpace(rune))
            return rune.Value is 0x2028 or 0x2029 or 0x85 ? "\n" : " ";

        // ① ⁵ ⑳ and the like: numbers in a frame of their own.
        if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNumber && Rune.GetNumericValue(rune) is >= 0 and <= 20 and var number && number == Math.Floor(number))
            return ((int)number).ToString(CultureInfo.InvariantCulture);
        return Look(Rune.ToLowerInvariant(Unframed(rune)));
    }

    /// <summary>The plain character behind a wide, bold, circled or squared one (Unicode's compatibility forms).</summary>
    private static Rune Unframed(Rune rune) => rune.Value switch
    {
        >= 0xFF01 and <= 0xFF5E => new Rune(rune.Value - 0xFF01 + '!'),
        >= 0x1D400 and <= 0x1D6A3 => new Rune('a' + ((rune.Value - 0x1D400) % 26)),
        >= 0x24B6 and <= 0x24E9 => new Rune('a' + ((rune.Value - 0x24B6) % 26)),
        >= 0x249C and <= 0x24B5 => new Rune('a' + rune.Value - 0x249C),
        >= 0x1F130 and <= 0x1F149 => new Rune('a' + rune.Value - 0x1F130),
        >= 0x1F150 and <= 0x1F169 => new Rune('a' + rune.Value - 0x1F150),
        >= 0x1F170 and <= 0x1F189 => new Rune('a' + rune.Value - 0x1F170),
        >= 0x1F1E6 and <= 0x1F1FF => new Rune('a' + rune.Value - 0x1F1E6),
        0xFE52 => new Rune('.'),
        0xFE6B => new Rune('@'),
        _ => rune,
    };

    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark;

    private static string Look(Rune rune)
    {
        if (rune.IsBmp && Drawn.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var i)
            return Plain[i].ToString();
        if (rune.IsBmp && Marked.IndexOf((char)rune.Value, StringComparison.Ordinal) is >= 0 and var marked)
            return Unmarked[marked].ToString();
        return rune.Value switch
        {
            >= 0x2010 and <= 0x2015 or 0x2212 or 0xFE58 or 0xFE63 => "-",
            0xB7 or 0x2022 or 0x2024 or 0x2219 or 0x22C5 or 0x3002 or 0xFF61 => ".",
            _ => rune.ToString(),
        };
    }
}

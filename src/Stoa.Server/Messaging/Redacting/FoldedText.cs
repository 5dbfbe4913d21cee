using System.Globalization;
using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>A text as it looks to a reader: lower case, without marks and invisible characters, look-alike letters and digits made
/// plain.</summary>
/// <remarks>Every folded character knows where it stood, so that a rule works on the plain form and a hit names the written one.
/// Linear.</remarks>
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
    private readonly Script[] scripts;
    private readonly bool[] capitals;

    public FoldedText(string text)
    {
        var decoded = new DecodedText(text);

        // One rune may fold to several characters (⑳ is "20"); what overflows four times the length is a joke and is cut.
        var room = Math.Min(4 * decoded.Text.Length, decoded.Text.Length + 4096) + 16;
        (chars, starts, ends) = (new char[room], new int[room], new int[room]);
        (scripts, capitals) = (new Script[room], new bool[room]);
        var at = 0;
        foreach (var rune in decoded.Text.EnumerateRunes())
        {
            Add(rune, decoded.Start(at), decoded.End(at + rune.Utf16SequenceLength - 1));
            at += rune.Utf16SequenceLength;
        }
    }

    public int Length { get; private set; }

    public char this[int i] => chars[i];

    public int SourceStart(int i) => starts[i];

    public int SourceEnd(int i) => ends[i];

    public Script ScriptOf(int i) => scripts[i];

    public bool IsCapital(int i) => capitals[i];

    /// <summary>The text alone, as the tables of words are folded.</summary>
    public static string Of(string text)
    {
        var folded = new FoldedText(text);
        return folded.Slice(0, folded.Length);
    }

    public string Slice(int start, int end) => new(chars, start, end - start);

    public ReadOnlySpan<char> Span(int start, int end) => chars.AsSpan(start, end - start);

    private void Add(Rune rune, int start, int end)
    {
        if (rune.IsAscii)
        {
            var c = (char)rune.Value;
            Put(char.ToLowerInvariant(c), start, end, char.IsAsciiLetter(c) ? Script.Latin : Script.Shared, char.IsAsciiLetterUpper(c));
            return;
        }

        var script = Scripts.Of(rune.Value);
        var isCapital = Rune.IsUpper(rune);
        foreach (var c in rune.IsBmp ? Known[rune.Value] ??= Fold(rune) : Fold(rune))
            Put(c, start, end, char.IsAsciiDigit(c) ? Script.Shared : script, isCapital);
    }

    private void Put(char c, int start, int end, Script script, bool isCapital)
    {
        if (Length == chars.Length)
            return;
        (chars[Length], starts[Length], ends[Length]) = (c, start, end);
        (scripts[Length], capitals[Length]) = (script, isCapital);
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
        if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherNumber && Rune.GetNumericValue(rune) is >= 0 and <= 20 and var number
            && number == Math.Floor(number))
            return ((int)number).ToString(CultureInfo.InvariantCulture);
        var plain = Unframed(rune);
        return plain.IsBmp || Rune.IsLetter(plain) ? Look(Rune.ToLowerInvariant(plain)) : Picture(rune.Value);
    }

    /// <summary>A picture is one sign between words; those of telephones and letters say as much as the words do.</summary>
    private static string Picture(int rune) => rune switch
    {
        0x1F4DE or 0x1F4DF or 0x1F4E0 or 0x1F4F1 or 0x1F4F2 or 0x1F919 or 0x1F4AC => "\u260E",
        0x1F4E7 or 0x1F4E8 or 0x1F4E9 or 0x1F4EC or 0x1F4ED or 0x1F48C or 0x1F582 => "\u2709",
        >= 0x1F3FB and <= 0x1F3FF => "",
        _ => "\u2606",
    };

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
            0x130 or 0x131 => "i",
            0xDF or 0x1E9E => "ss",
            0xE6 => "ae",
            0x153 => "oe",
            0xF8 => "o",
            0x111 => "d",
            0x622 or 0x623 or 0x625 or 0x671 => "\u0627",
            0x649 or 0x6CC or 0x626 => "\u064A",
            0x629 or 0x6C1 => "\u0647",
            0x624 => "\u0648",
            0x6A9 => "\u0643",
            0x640 => "",
            0x60C or 0x66C or 0x3001 => ",",
            0x66B or 0x6D4 or 0x964 => ".",
            0x61B => ";",
            0x61F => "?",
            0xFF0F or 0x2215 or 0x2044 => "/",
            0x2018 or 0x2019 or 0x2BC => "'",
            0x201C or 0x201D or 0x201E or 0xAB or 0xBB or 0x300C or 0x300D or 0x300E or 0x300F => "\"",
            0x3010 or 0x3014 or 0x3008 or 0x300A => "[",
            0x3011 or 0x3015 or 0x3009 or 0x300B => "]",
            >= 0x2010 and <= 0x2015 or 0x2212 or 0xFE58 or 0xFE63 => "-",
            0xB7 or 0x2022 or 0x2024 or 0x2219 or 0x22C5 or 0x3002 or 0xFF61 => ".",
            _ => rune.ToString(),
        };
    }
}

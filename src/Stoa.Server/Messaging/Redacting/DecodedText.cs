using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Stoa.Server.Messaging.Redacting;

/// <summary>A text with its HTML entities and percent codes read, each character with the place it stood at.</summary>
/// <remarks>Twice, because what was coded within an address is coded once more (<c>%2540</c>, <c>&amp;amp;#64;</c>). Linear.</remarks>
internal sealed class DecodedText
{
    private const int Rounds = 2;

    // "&thetasym;" and "&#x1F4DE;" are within it.
    private const int LongestEntity = 12;

    private static readonly SearchValues<char> Beginnings = SearchValues.Create("%&");

    private static readonly FrozenDictionary<string, int> Named = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["amp"] = '&', ["commat"] = '@', ["period"] = '.', ["dot"] = '.', ["num"] = '#', ["sol"] = '/', ["colon"] = ':', ["lowbar"] = '_',
        ["plus"] = '+', ["hyphen"] = '-', ["dash"] = '-', ["minus"] = '-', ["ndash"] = '-', ["mdash"] = '-', ["nbsp"] = ' ', ["ensp"] = ' ',
        ["emsp"] = ' ', ["thinsp"] = ' ', ["comma"] = ',', ["lpar"] = '(', ["rpar"] = ')', ["lsqb"] = '[', ["rsqb"] = ']', ["bsol"] = '\\',
        ["lt"] = '<', ["gt"] = '>', ["quot"] = '"', ["apos"] = '\'', ["equals"] = '=', ["quest"] = '?', ["excl"] = '!', ["ast"] = '*',
        ["percnt"] = '%', ["semi"] = ';', ["tab"] = '\t', ["newline"] = '\n', ["shy"] = 0xAD, ["zwnj"] = 0x200C, ["zwj"] = 0x200D,
        ["middot"] = 0xB7, ["bull"] = 0x2022, ["lbrace"] = '{', ["rbrace"] = '}', ["vert"] = '|', ["tilde"] = '~', ["underbar"] = '_',
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly int[]? starts;
    private readonly int[]? ends;

    public DecodedText(string text)
    {
        Text = text;
        for (var round = 0; round < Rounds && Text.AsSpan().ContainsAny(Beginnings); round++)
        {
            var (chars, from, to) = (new StringBuilder(Text.Length), new List<int>(Text.Length), new List<int>(Text.Length));
            for (var i = 0; i < Text.Length;)
            {
                var read = ReadAt(Text, i, out var next);
                foreach (var c in read ?? Text.AsSpan(i, 1).ToString())
                {
                    chars.Append(c);
                    from.Add(Start(i));
                    to.Add(End(next - 1));
                }

                i = next;
            }

            if (chars.Length == Text.Length)
                break;
            (Text, starts, ends) = (chars.ToString(), [.. from], [.. to]);
        }
    }

    public string Text { get; }

    public int Start(int i) => starts is null ? i : starts[i];

    public int End(int i) => ends is null ? i + 1 : ends[i];

    /// <summary>What is coded here; null when it stands for itself.</summary>
    private static string? ReadAt(string text, int i, out int next)
    {
        next = i + 1;
        return text[i] switch
        {
            '&' => Entity(text, i, ref next),
            '%' => Percent(text, i, ref next),
            _ => null,
        };
    }

    private static string? Entity(string text, int i, ref int next)
    {
        var length = text.AsSpan(i, Math.Min(LongestEntity, text.Length - i)).IndexOf(';');
        if (length < 3)
            return null;
        var name = text.AsSpan(i + 1, length - 1);
        var isHex = name.Length > 2 && name[0] == '#' && name[1] is 'x' or 'X';
        var code = 0;
        if (name[0] != '#')
            Named.TryGetValue(name.ToString().ToLowerInvariant(), out code);
        else if (!int.TryParse(name[(isHex ? 2 : 1)..], isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None,
            CultureInfo.InvariantCulture, out code))
            return null;
        if (code == 0 || !Rune.IsValid(code))
            return null;
        next = i + length + 1;
        return new Rune(code).ToString();
    }

    /// <summary>The bytes of one character in UTF-8; "20% ab" and bytes that are none stand for themselves.</summary>
    private static string? Percent(string text, int i, ref int next)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var length = 0; length < bytes.Length && TryByte(text, i + (3 * length), out bytes[length]); length++)
        {
            var status = Rune.DecodeFromUtf8(bytes[..(length + 1)], out var rune, out _);
            if (status == OperationStatus.NeedMoreData)
                continue;
            if (status != OperationStatus.Done || Rune.IsControl(rune))
                return null;
            next = i + (3 * (length + 1));
            return rune.ToString();
        }

        return null;
    }

    private static bool TryByte(string text, int i, out byte value)
    {
        value = 0;
        return i + 2 < text.Length && text[i] == '%'
            && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}

namespace Stoa.Server.Messaging.Redacting;

/// <summary>The script a character was written in, as far as borders of words depend on it.</summary>
internal enum Script : byte
{
    /// <summary>Digits, signs and everything that any script shares.</summary>
    Shared,
    Latin,

    /// <summary>Has letters drawn like Latin ones (Unicode TR 39), so that it may stand for Latin within a word.</summary>
    LookAlike,

    /// <summary>Any other script that puts blanks between words.</summary>
    Spaced,

    /// <summary>Chinese characters: no blanks between words, which are told by the language tables alone.</summary>
    Han,

    /// <summary>Kana, Thai, Lao, Khmer, Myanmar: no blanks between words.</summary>
    Unspaced,
}

internal static class Scripts
{
    public static Script Of(int rune) => rune switch
    {
        < 0x80 => char.IsAsciiLetter((char)rune) ? Script.Latin : Script.Shared,
        < 0x250 => Script.Latin,
        >= 0x370 and < 0x530 => Script.LookAlike,
        >= 0x530 and < 0xE00 => Script.Spaced,
        >= 0xE00 and < 0xF00 => Script.Unspaced,
        >= 0x1000 and < 0x10A0 => Script.Unspaced,
        >= 0x1780 and < 0x1800 => Script.Unspaced,
        >= 0x1E00 and < 0x2000 => Script.Latin,
        0x3007 => Script.Han,
        >= 0x3040 and < 0x3100 => Script.Unspaced,
        >= 0x3400 and < 0xA000 => Script.Han,
        >= 0xAC00 and < 0xD7B0 => Script.Spaced,
        >= 0xF900 and < 0xFB00 => Script.Han,
        >= 0xFB50 and < 0xFE00 or >= 0xFE70 and < 0xFF00 => Script.Spaced,
        >= 0xFF21 and < 0xFF5B => Script.Latin,
        >= 0x1D400 and < 0x1D800 or >= 0x1F130 and < 0x1F200 => Script.Latin,
        >= 0x20000 and < 0x32000 => Script.Han,
        >= 0x10000 => Script.Spaced,
        _ => Script.Shared,
    };
}

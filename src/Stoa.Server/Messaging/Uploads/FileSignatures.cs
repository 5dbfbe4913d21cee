using System.Text;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>What the first bytes of a file look like.</summary>
internal enum FileSignature
{
    Unknown,
    Jpeg,
    Png,
    Gif,
    Webp,
    Pdf,
    Mp4,
    Mp4Audio,
    QuickTime,
    Mp3,
    Ogg,
    Wav,
    Webm,
    Text,
}

/// <summary>Tells files by their magic bytes.</summary>
internal static class FileSignatures
{
    private static readonly string[] VideoBrands = ["isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash", "mmp4"];
    private static readonly string[] AudioBrands = ["M4A ", "M4B "];

    // What a reader's program might run or show as a page although it is text.
    private static readonly string[] Markup =
        ["<html", "<!doctype", "<svg", "<script", "<?xml", "<?php", "<head", "<body", "<iframe", "<object", "<embed", "<img", "<link", "<meta", "<style", "<%"];

    public static FileSignature Of(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith<byte>([0xFF, 0xD8, 0xFF]))
            return FileSignature.Jpeg;
        if (start.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
            return FileSignature.Png;
        if (start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8))
            return FileSignature.Gif;
        if (start.StartsWith("%PDF-"u8))
            return FileSignature.Pdf;
        if (start.StartsWith("OggS"u8))
            return FileSignature.Ogg;
        if (start.StartsWith("RIFF"u8) && start.Length >= 12)
            return start[8..12].SequenceEqual("WEBP"u8) ? FileSignature.Webp : start[8..12].SequenceEqual("WAVE"u8) ? FileSignature.Wav : FileSignature.Unknown;
        if (start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8))
            return OfBrand(Encoding.ASCII.GetString(start[8..12]));
        if (start.StartsWith<byte>([0x1A, 0x45, 0xDF, 0xA3]))
            return start[..Math.Min(start.Length, 64)].IndexOf("webm"u8) >= 0 ? FileSignature.Webm : FileSignature.Unknown;
        if (start.StartsWith("ID3"u8) || IsMp3Frame(start))
            return FileSignature.Mp3;
        return IsText(start) ? FileSignature.Text : FileSignature.Unknown;
    }

    public static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\x03\x04"u8);

    private static FileSignature OfBrand(string brand)
    {
        if (brand == "qt  ")
            return FileSignature.QuickTime;
        if (AudioBrands.Contains(brand))
            return FileSignature.Mp4Audio;
        return VideoBrands.Contains(brand) ? FileSignature.Mp4 : FileSignature.Unknown;
    }

    /// <summary>A frame header of MPEG audio, layer III, with every field in its range.</summary>
    private static bool IsMp3Frame(ReadOnlySpan<byte> start) =>
        start.Length >= 4 && start[0] == 0xFF && (start[1] & 0xE6) == 0xE2 && (start[1] & 0x18) != 0x08
        && (start[2] >> 4) is not (0 or 15) && (start[2] & 0x0C) != 0x0C;

    /// <summary>Looks like text, and neither like a page nor like a script.</summary>
    private static bool IsText(ReadOnlySpan<byte> start)
    {
        if (start.StartsWith("#!"u8) || start.IsEmpty)
            return false;
        var check = new Utf8Check();
        if (!check.Takes(start))
            return false;
        var text = Encoding.UTF8.GetString(start).ToLowerInvariant();
        return !Array.Exists(Markup, mark => text.Contains(mark, StringComparison.Ordinal));
    }
}

/// <summary>Whether bytes that come in pieces are well-formed UTF-8 without control characters other than tab, line feed, form feed and carriage return.</summary>
internal sealed class Utf8Check
{
    private readonly Decoder decoder = new UTF8Encoding(false, throwOnInvalidBytes: true).GetDecoder();

    /// <summary>False when a piece is not text; a character may begin in one piece and end in the next.</summary>
    public bool Takes(ReadOnlySpan<byte> piece) => Check(piece, isLast: false);

    /// <summary>False when the last character was cut off.</summary>
    public bool IsWhole() => Check([], isLast: true);

    private bool Check(ReadOnlySpan<byte> piece, bool isLast)
    {
        Span<char> characters = stackalloc char[1024];
        try
        {
            bool isDone;
            do
            {
                decoder.Convert(piece, characters, isLast, out var read, out var written, out isDone);
                piece = piece[read..];
                foreach (var character in characters[..written])
                {
                    if (char.IsControl(character) && character is not ('\t' or '\n' or '\r' or '\f'))
                        return false;
                }
            }
            while (!isDone);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}

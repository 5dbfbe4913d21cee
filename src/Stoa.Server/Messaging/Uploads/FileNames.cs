using System.Globalization;
using Stoa.Core.Conversations;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>What a file may be called.</summary>
internal static class FileNames
{
    public const string Nameless = "file";
    private const int MaxEndingLength = 20;

    /// <summary>Without folders, control characters and what turns text around, whole characters only, at most 255 UTF-16 code units with its ending.</summary>
    public static string Clean(string? given)
    {
        // Both kinds of slash: the sender's system decides, not ours.
        var last = (given ?? "").Split('/', '\\')[^1];
        var kept = string.Concat(last.EnumerateRunes().Where(static r => IsKept(r.Value)).Select(static r => r.ToString())).Trim(' ', '.');
        if (kept.Length == 0)
            return Nameless;
        if (kept.Length <= Upload.MaxNameLength)
            return kept;
        var ending = Path.GetExtension(kept);
        if (ending.Length > MaxEndingLength)
            ending = "";
        var stem = kept[..(Upload.MaxNameLength - ending.Length)];
        return (char.IsHighSurrogate(stem[^1]) ? stem[..^1] : stem) + ending;
    }

    /// <summary>U+202E and its like make <c>cod.exe</c> read as <c>exe.doc</c>; U+FFFD stands where a name was not well formed.</summary>
    private static bool IsKept(int character) =>
        CharUnicodeInfo.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
        && character is not ('<' or '>' or ':' or '"' or '|' or '?' or '*' or 0xFFFD);
}

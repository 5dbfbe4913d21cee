using System.Text.RegularExpressions;

namespace Stoa.Server.Mail;

/// <summary>Where a mail goes.</summary>
/// <param name="Address">Valid by <see cref="IsValid"/>.</param>
/// <param name="Name">Shown beside the address; null: none.</param>
public sealed partial record Mailbox(string Address, string? Name)
{
    private const int MaxNameLength = 100;
    private const int MaxDigits = 4;

    /// <summary>True for an address that can stand in a header as it is: no blanks, control characters, brackets or separators.</summary>
    public static bool IsValid(string address) => address.Length <= 255 && Addresses().IsMatch(address);

    /// <summary>A name as it may be repeated in a mail: on one line, nothing that a mail program would turn into a link, and no number to call; else null.</summary>
    /// <remarks>
    /// Whoever registers somebody else's address chooses the name in the welcome mail: it must not carry an advertisement or a trap. A number to call has five digits
    /// and more; the year or the count that people put behind their names has fewer.
    /// </remarks>
    public static string? Spoken(string? name)
    {
        var line = string.Concat((name ?? "").Select(static c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c)).Trim();
        return line.Length is 0 or > MaxNameLength || Linkish().IsMatch(line) || line.Count(char.IsDigit) > MaxDigits ? null : line;
    }

    // \z and not $: that would let pass a line break at the end.
    [GeneratedRegex(@"^[^\s\p{C}@<>()\[\]\\,;:""]{1,64}@[^\s\p{C}@<>()\[\]\\,;:"".]+(\.[^\s\p{C}@<>()\[\]\\,;:"".]+)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Addresses();

    [GeneratedRegex(@"[/\\@:<>]|\.\S", RegexOptions.NonBacktracking)]
    private static partial Regex Linkish();
}

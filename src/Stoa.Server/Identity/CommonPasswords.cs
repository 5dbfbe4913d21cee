using System.Collections.Frozen;
using Stoa.Core.Accounts;

namespace Stoa.Server.Identity;

/// <summary>Passwords that whoever guesses tries first: the embedded list, and what a finger finds without thinking.</summary>
/// <remarks>
/// The list holds the most frequent passwords of known breaches with six letters or more, in lower case, most frequent first (docs/security.md names its
/// source and size). It is read when the first password is looked at, and kept: about two megabytes.
/// </remarks>
public static class CommonPasswords
{
    private const int MinimumVariety = 3;
    private static readonly string[] Rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p"];
    private static readonly Lazy<FrozenSet<string>> List = new(Read);

    /// <summary>How many the list has.</summary>
    public static int Count => List.Value.Count;

    /// <summary>Whether it is one of them, in any case.</summary>
    public static bool Contains(string password)
    {
        var folded = User.KeyOf(password);
        return List.Value.Contains(folded) || IsFingerwork(folded);
    }

    /// <summary>Few different letters, or one row of the keyboard or the alphabet, there or back.</summary>
    private static bool IsFingerwork(string folded) =>
        folded.Distinct().Count() < MinimumVariety
        || Array.Exists(Rows, row => row.Contains(folded, StringComparison.Ordinal) || string.Concat(row.Reverse()).Contains(folded, StringComparison.Ordinal));

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        var words = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
                words.Add(line);
        }

        return words.ToFrozenSet(StringComparer.Ordinal);
    }
}

using System.Globalization;
using System.Security.Cryptography;
using Stoa.Core.Accounts;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The codes that prove telephone numbers: made, kept as keyed hashes, compared.</summary>
public sealed class PhoneCodes(Sealing sealing)
{
    private const string SentPurpose = "phone code sent";
    private const string ShownPurpose = "phone code shown";

    /// <summary>Six digits.</summary>
    public static string New() => RandomNumberGenerator.GetInt32(1_000_000).ToString("D6", CultureInfo.InvariantCulture);

    public string HashSent(long userId, string number, string code) => sealing.KeptHash(SentPurpose, Text(userId, number, code));

    public string HashShown(long userId, string number, string code) => sealing.KeptHash(ShownPurpose, Text(userId, number, code));

    /// <summary>Whether it is the code that was sent, as people write it: with blanks or a dash.</summary>
    public bool IsSent(PhoneVerification pending, string code) => sealing.KeptHashes(SentPurpose, Text(pending.UserId, pending.Number, code)).Contains(pending.SentCodeHash);

    /// <summary>Whether it is the code that was shown.</summary>
    public bool IsShown(PhoneVerification pending, string code) => sealing.KeptHashes(ShownPurpose, Text(pending.UserId, pending.Number, code)).Contains(pending.ShownCodeHash);

    private static string Text(long userId, string number, string code) =>
        $"{userId.ToString(CultureInfo.InvariantCulture)}:{number}:{string.Concat(code.Where(char.IsAsciiDigit))}";
}

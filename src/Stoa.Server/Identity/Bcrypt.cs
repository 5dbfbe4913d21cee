using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Crypto.Generators;

namespace Stoa.Server.Identity;

/// <summary>bcrypt hashes in the modular crypt form (<c>$2b$cost$salt+hash</c>): made by the system's libcrypt where there is one, else by BouncyCastle.</summary>
/// <remarks>
/// Both make and read the same hashes; the system's takes half the time, and that is the price of every log-in (benchmarks/RESULTS.md). It is used only
/// after it has agreed with the other one. It reads a C string, so a password with a zero byte goes the other way.
/// </remarks>
internal static class Bcrypt
{
    /// <summary>bcrypt reads no further.</summary>
    public const int MaxBytes = 72;

    private const string Version = "2b";
    private const int SaltBytes = 16;

    // crypt_data of crypt.h: the function's own room, 32 KiB in every libxcrypt.
    private const int DataBytes = 32768;
    private const string Alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static readonly CryptRn? OfSystem = FindSystem();

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint CryptRn(byte[] phrase, byte[] setting, byte[] data, int size);

    /// <param name="password">At most <see cref="MaxBytes"/> bytes in UTF-8.</param>
    /// <param name="cost">log2 of the rounds, 4 to 16.</param>
    public static string Hash(string password, int cost)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Run(OfSystem, password, Setting(cost, salt)) ?? OpenBsdBCrypt.Generate(Version, password.ToCharArray(), salt, cost);
    }

    /// <summary>False also for what is no bcrypt hash.</summary>
    public static bool Verify(string password, string hash)
    {
        if (Run(OfSystem, password, hash) is { } again)
            return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(again), Encoding.ASCII.GetBytes(hash));
        return OpenBsdBCrypt.CheckPassword(hash, password.ToCharArray());
    }

    private static string Setting(int cost, byte[] salt) => $"${Version}${cost:00}${Encoded(salt)}";

    /// <summary>Null where the system cannot: no library, another kind of hash, a zero byte in the password.</summary>
    private static string? Run(CryptRn? crypt, string password, string setting)
    {
        if (crypt is null || !setting.StartsWith("$2b$", StringComparison.Ordinal) || password.Contains('\0', StringComparison.Ordinal))
            return null;
        var phrase = Encoding.UTF8.GetBytes(password + '\0');
        var data = new byte[DataBytes];
        var result = crypt(phrase, Encoding.ASCII.GetBytes(setting + '\0'), data, data.Length);
        var hash = result == 0 ? null : Marshal.PtrToStringAnsi(result);
        CryptographicOperations.ZeroMemory(phrase);
        CryptographicOperations.ZeroMemory(data);

        // What libcrypt cannot do begins with an asterisk.
        return hash?.StartsWith("$2b$", StringComparison.Ordinal) == true ? hash : null;
    }

    /// <summary>16 bytes as 22 characters: base64 with bcrypt's own alphabet.</summary>
    private static string Encoded(byte[] salt) => string.Concat(Convert.ToBase64String(salt).TrimEnd('=').Select(static c => Alphabet[Base64Alphabet.IndexOf(c, StringComparison.Ordinal)]));

    private static CryptRn? FindSystem()
    {
        foreach (var name in (string[])["libcrypt.so.2", "libcrypt.so.1"])
        {
            if (NativeLibrary.TryLoad(name, out var library) && NativeLibrary.TryGetExport(library, "crypt_rn", out var address))
            {
                var found = Marshal.GetDelegateForFunctionPointer<CryptRn>(address);
                return Agrees(found) ? found : null;
            }
        }

        return null;
    }

    private static bool Agrees(CryptRn crypt)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        foreach (var password in (string[])["", "correct horse", "Grüße \u2713", new string('x', MaxBytes)])
        {
            if (Run(crypt, password, Setting(4, salt)) != OpenBsdBCrypt.Generate(Version, password.ToCharArray(), salt, 4))
                return false;
        }

        return true;
    }
}

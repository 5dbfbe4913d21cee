using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Encrypts small secrets for the record (AES-256-GCM) and hashes what must be found again but not read (HMAC-SHA-256).</summary>
/// <remarks>
/// Keys are derived from the signing key (HKDF, one per purpose), so every node that can check a token can also open a seal, and nothing more has to be
/// kept. A seal names its key and is bound to its purpose and owner: moved to another row it does not open.
/// </remarks>
public sealed class Sealing(SigningKeys keys)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;

    /// <summary><c>keyid.base64url(nonce, tag, ciphertext)</c>.</summary>
    /// <param name="purpose">What the secret is for; also separates keys.</param>
    /// <param name="owner">Whose it is.</param>
    public string Seal(string purpose, long owner, ReadOnlySpan<byte> secret)
    {
        var box = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(KeyFor(purpose, keys.ById[keys.CurrentId]), TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), secret, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Bound(purpose, owner));
        return $"{keys.CurrentId}.{Base64Url.EncodeToString(box)}";
    }

    /// <summary>The secret; null when the seal was made with a key that is gone, for another owner, or was altered.</summary>
    public byte[]? Open(string purpose, long owner, string seal)
    {
        var dot = seal.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !keys.ById.TryGetValue(seal[..dot], out var key))
            return null;
        try
        {
            var box = Base64Url.DecodeFromChars(seal.AsSpan(dot + 1));
            if (box.Length < NonceBytes + TagBytes)
                return null;
            var secret = new byte[box.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(KeyFor(purpose, key), TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), secret, Bound(purpose, owner));
            return secret;
        }
        catch (Exception e) when (e is FormatException or AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>64 lower-case hex digits, always the same for the same text while the signing key stays.</summary>
    public string Hash(string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(KeyFor(purpose, keys.ById[keys.CurrentId]), Encoding.UTF8.GetBytes(text)));

    private static byte[] KeyFor(string purpose, byte[] key) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key, KeyBytes, info: Encoding.UTF8.GetBytes($"stoa {purpose}"));

    private static byte[] Bound(string purpose, long owner) => Encoding.UTF8.GetBytes($"{purpose}:{owner}");
}

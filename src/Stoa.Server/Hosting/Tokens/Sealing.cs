using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Encrypts small secrets for the record (AES-256-GCM) and hashes what must be found again but not read (HMAC-SHA-256).</summary>
/// <remarks>
/// Keys are derived from the server's (<see cref="SigningKeys.For"/>, one per purpose), so every node that can check a token can also open a seal, and nothing
/// more has to be kept. A seal names its key and is bound to its purpose and owner: moved to another row it does not open. What an older key sealed opens until
/// that key is retired; <see cref="IsCurrent"/> tells what should be sealed anew before.
/// </remarks>
public sealed class Sealing(SigningKeys keys)
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    // 55 hex digits of the hash remain: 220 bits.
    private const int KeptLength = 64;

    /// <summary><c>keyid.base64url(nonce, tag, ciphertext)</c>.</summary>
    /// <param name="purpose">What the secret is for; also separates keys.</param>
    /// <param name="owner">Whose it is.</param>
    public string Seal(string purpose, long owner, ReadOnlySpan<byte> secret)
    {
        var box = new byte[NonceBytes + TagBytes + secret.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var aes = new AesGcm(keys.For(purpose, keys.CurrentId), TagBytes);
        aes.Encrypt(box.AsSpan(0, NonceBytes), secret, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Bound(purpose, owner));
        return $"{keys.CurrentId}.{Base64Url.EncodeToString(box)}";
    }

    /// <summary>The secret; null when the seal was made with a key that is gone, for another owner, or was altered.</summary>
    public byte[]? Open(string purpose, long owner, string seal)
    {
        var dot = seal.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !keys.ById.ContainsKey(seal[..dot]))
            return null;
        try
        {
            var box = Base64Url.DecodeFromChars(seal.AsSpan(dot + 1));
            if (box.Length < NonceBytes + TagBytes)
                return null;
            var secret = new byte[box.Length - NonceBytes - TagBytes];
            using var aes = new AesGcm(keys.For(purpose, seal[..dot]), TagBytes);
            aes.Decrypt(box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), secret, Bound(purpose, owner));
            return secret;
        }
        catch (Exception e) when (e is FormatException or AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>Whether the key that signs today sealed it, or made this kept hash.</summary>
    public bool IsCurrent(string kept) => kept.StartsWith(CurrentPrefix, StringComparison.Ordinal);

    /// <summary>What everything begins with that the key of today sealed or hashed to be kept.</summary>
    public string CurrentPrefix => $"{keys.CurrentId}.";

    /// <summary>64 lower-case hex digits, always the same for the same text while the signing key stays. For what lives shorter than a key.</summary>
    public string Hash(string purpose, string text) => HashUnder(keys.CurrentId, purpose, text);

    /// <summary>The same under every key that is accepted, the current one first.</summary>
    public IEnumerable<string> Hashes(string purpose, string text) =>
        keys.ById.Keys.OrderByDescending(id => id == keys.CurrentId).Select(id => HashUnder(id, purpose, text));

    /// <summary><c>keyid.hash</c>, 64 characters: a hash that is kept for longer than a key may live.</summary>
    public string KeptHash(string purpose, string text) => KeptUnder(keys.CurrentId, purpose, text);

    /// <summary>Every form in which <see cref="KeptHash"/> of this text may have been kept, those without a key's id (older versions') included.</summary>
    public IReadOnlyList<string> KeptHashes(string purpose, string text) =>
        [.. keys.ById.Keys.SelectMany(id => (string[])[KeptUnder(id, purpose, text), HashUnder(id, purpose, text)])];

    private string KeptUnder(string id, string purpose, string text) => $"{id}.{HashUnder(id, purpose, text)}"[..KeptLength];

    private string HashUnder(string id, string purpose, string text) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(keys.For(purpose, id), Encoding.UTF8.GetBytes(text)));

    private static byte[] Bound(string purpose, long owner) => Encoding.UTF8.GetBytes($"{purpose}:{owner}");
}

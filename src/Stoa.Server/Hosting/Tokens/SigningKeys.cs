using System.Security.Cryptography;
using System.Text;
using Stoa.Core;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The server's own keys, newest first; what signs or seals uses one derived for its purpose (<see cref="For"/>), never these themselves.</summary>
/// <param name="CurrentId">The id of the key that signs and seals from now on.</param>
/// <param name="ById">Every key that is still accepted, by its id; at least 32 bytes each.</param>
/// <remarks>
/// An older key stays accepted until it is retired, so that a new one costs nobody their session. An id is a part of the key's hash: it changes with the key.
/// </remarks>
public sealed record SigningKeys(string CurrentId, IReadOnlyDictionary<string, byte[]> ById)
{
    /// <summary>RFC 7518 §3.2: a key for HS256 is at least as long as the hash.</summary>
    public const int MinimumBytes = 32;

    /// <summary>In the data folder.</summary>
    public const string FileName = "signing.key";

    private const int DerivedBytes = 32;

    /// <summary>The configured secrets, the current one first, or else those of the key file, which is made at the first start.</summary>
    /// <exception cref="InvalidOperationException">The key file is cut short.</exception>
    public static SigningKeys Load(string? secret, IReadOnlyList<string> previous, string dataFolder) => Of(
        string.IsNullOrEmpty(secret) ? KeyFile.ReadOrMake(Path.Combine(dataFolder, FileName)) : [Encoding.UTF8.GetBytes(secret)],
        previous.Select(Encoding.UTF8.GetBytes));

    /// <summary>The key of one purpose (HKDF, RFC 5869): whoever learns it can neither make it into that of another purpose nor into the key itself.</summary>
    /// <param name="id">One of <see cref="ById"/>.</param>
    public byte[] For(string purpose, string id) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ById[id], DerivedBytes, info: Encoding.UTF8.GetBytes($"stoa {purpose}"));

    private static SigningKeys Of(IReadOnlyList<byte[]> own, IEnumerable<byte[]> older)
    {
        var byId = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var key in own.Concat(older))
            byId.TryAdd(IdOf(key), key);
        return new SigningKeys(IdOf(own[0]), byId);
    }

    private static string IdOf(byte[] key) => Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4));
}

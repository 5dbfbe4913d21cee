using System.Security.Cryptography;
using System.Text;
using Stoa.Core;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The keys that access tokens are signed with.</summary>
/// <param name="CurrentId">The <c>kid</c> of the key that signs.</param>
/// <param name="ById">Every key that is still accepted, by <c>kid</c>; at least 32 bytes each.</param>
public sealed record SigningKeys(string CurrentId, IReadOnlyDictionary<string, byte[]> ById)
{
    public const int MinimumBytes = 32;

    /// <summary>In the data folder.</summary>
    public const string FileName = "signing.key";

    /// <summary>The configured secret, or else a key made at the first start and kept in the data folder, readable by its owner alone.</summary>
    public static SigningKeys Load(string? secret, string dataFolder)
    {
        var key = string.IsNullOrEmpty(secret) ? FromFile(Path.Combine(dataFolder, FileName)) : Encoding.UTF8.GetBytes(secret);

        // The id changes with the key, so a token of another key is unknown instead of wrongly signed.
        var id = Convert.ToHexStringLower(SHA256.HashData(key).AsSpan(0, 4));
        return new SigningKeys(id, new Dictionary<string, byte[]>(StringComparer.Ordinal) { [id] = key });
    }

    private static byte[] FromFile(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
            Make(path);

        var key = File.ReadAllBytes(path);
        return key.Length >= MinimumBytes ? key : throw new InvalidOperationException($"The signing key in {path} is cut short; remove the file to make a new one.");
    }

    /// <summary>Written whole beside its place and then moved there: a process killed in between leaves no half of a key.</summary>
    private static void Make(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        using (var made = OwnerOnlyFiles.Create(draft))
        {
            made.Write(RandomNumberGenerator.GetBytes(64));
            made.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process that started at once was first: its key is the key.
            File.Delete(draft);
        }
    }
}

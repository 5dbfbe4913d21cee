using System.Security.Cryptography;
using Stoa.Core;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>The file of the keys that the server made itself: 64 random bytes a key, newest first, readable by its owner alone.</summary>
/// <remarks>
/// A file of another length (at least 32 bytes) is one key that somebody brought. Every change writes the whole file beside its place and moves it there:
/// a process killed in between leaves the old keys or the new ones, never a half.
/// </remarks>
public static class KeyFile
{
    private const int KeyBytes = 64;

    /// <summary>The keys, newest first; a first one is made when there is no file.</summary>
    /// <exception cref="UnusableKeyException">The file is cut short.</exception>
    public static IReadOnlyList<byte[]> ReadOrMake(string path)
    {
        OwnerOnlyFiles.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        if (!File.Exists(path))
            Make(path);
        return Read(path);
    }

    /// <summary>The keys, newest first.</summary>
    /// <exception cref="UnusableKeyException">The file is cut short.</exception>
    public static IReadOnlyList<byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < SigningKeys.MinimumBytes)
            throw new UnusableKeyException($"The signing key in {path} is cut short: restore it from a backup, or remove the file to make a new one.");
        return bytes.Length % KeyBytes == 0 ? [.. bytes.Chunk(KeyBytes)] : [bytes];
    }

    /// <summary>Puts a new key before those that are there.</summary>
    /// <exception cref="InvalidOperationException">The file holds a key of another length, which cannot stand beside ours.</exception>
    public static void AddNew(string path)
    {
        var keys = ReadOrMake(path);
        if (keys[0].Length != KeyBytes)
            throw new InvalidOperationException($"The key in {path} was not made here: name it in Tokens:PreviousSecrets, or remove the file.");
        Replace(path, [RandomNumberGenerator.GetBytes(KeyBytes), .. keys]);
    }

    /// <summary>Leaves the newest key alone; returns how many went.</summary>
    public static int RetireOlder(string path)
    {
        var keys = Read(path);
        if (keys.Count > 1)
            Replace(path, [keys[0]]);
        return keys.Count - 1;
    }

    private static void Make(string path)
    {
        var draft = Draft(path, [RandomNumberGenerator.GetBytes(KeyBytes)]);
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

    private static void Replace(string path, IEnumerable<byte[]> keys) => File.Move(Draft(path, keys), path, overwrite: true);

    private static string Draft(string path, IEnumerable<byte[]> keys)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        using var made = OwnerOnlyFiles.Create(draft);
        foreach (var key in keys)
            made.Write(key);
        made.Flush(flushToDisk: true);
        return draft;
    }
}

/// <summary>The file of the signing key does not hold one; nothing can be signed or checked until somebody decides what becomes of it.</summary>
public sealed class UnusableKeyException(string message) : InvalidOperationException(message);

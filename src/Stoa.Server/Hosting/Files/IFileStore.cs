namespace Stoa.Server.Hosting.Files;

/// <summary>Where the bytes of uploaded files lie. It knows keys and bytes, and nothing of people and rights.</summary>
/// <remarks>Keys are 32 lower-case hex digits, made at random by the caller. Every implementation passes <c>FileStoreTests</c>.</remarks>
public interface IFileStore
{
    /// <summary>Stores everything the stream has, under a key nothing has yet; returns once it is durable.</summary>
    /// <remarks>Whole or not at all: when reading or writing fails, or is cancelled, the exception passes and there is nothing under the key.</remarks>
    Task WriteAsync(string key, Stream content, CancellationToken cancellation);

    /// <summary>The bytes from the beginning, as a stream that can seek; null when there is nothing under the key. The caller disposes it.</summary>
    Task<Stream?> OpenAsync(string key, CancellationToken cancellation);

    /// <summary>Removes what is under the key, also a piece whose writer died; nothing there is no fault.</summary>
    Task DeleteAsync(string key, CancellationToken cancellation);
}

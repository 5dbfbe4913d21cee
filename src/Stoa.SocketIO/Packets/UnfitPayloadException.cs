using System.Text.Json;

namespace Stoa.SocketIO.Packets;

/// <summary>
/// What a client sent does not fit what the application wants to read, wherever in a handler it is read: the client's fault, and none of
/// the handler.
/// </summary>
#pragma warning disable CA1032, CA1064 // Applications catch it as the JsonException they know.
internal sealed class UnfitPayloadException(string message, Exception? cause = null) : JsonException(message, cause);
#pragma warning restore CA1032, CA1064

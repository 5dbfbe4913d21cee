namespace Stoa.SocketIO.Namespaces;

/// <summary>What one node tells another about a socket.</summary>
/// <param name="Id">The socket id.</param>
/// <param name="Handshake">How it came in.</param>
/// <param name="Rooms">Its rooms, the one named after its id first.</param>
/// <param name="Data">A snapshot of its data bag; values from another node are JSON elements.</param>
public sealed record SocketDetails(string Id, SocketHandshake Handshake, IReadOnlyList<string> Rooms, IReadOnlyDictionary<string, object?> Data);

using System.Security.Claims;

namespace Stoa.SocketIO.Recovery;

/// <summary>What is kept of a socket whose connection was lost.</summary>
/// <param name="Id">The socket id, which the client gets back.</param>
/// <param name="PrivateId">The id only the client knows; it is the key of the session and must be treated as a secret.</param>
/// <param name="Rooms">Its rooms, the one named after its id not included.</param>
/// <param name="Data">Its data bag.</param>
/// <param name="User">Who it was; null when nobody said.</param>
public sealed record SavedSession(
    string Id,
    string PrivateId,
    IReadOnlyCollection<string> Rooms,
    IReadOnlyDictionary<string, object?> Data,
    ClaimsPrincipal? User);

namespace Stoa.Core.Presence;

/// <summary>An account with at least one socket at a node: online, as long as the node's lease lasts. One row per account and node.</summary>
/// <remarks>No count of sockets stands here: it would drift with every crash, and cost a write for every socket.</remarks>
public sealed class OnlineUser
{
    public required long UserId { get; init; }

    public required long NodeId { get; init; }

    public PresenceNode? Node { get; init; }
}

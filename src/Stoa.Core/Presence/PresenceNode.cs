namespace Stoa.Core.Presence;

/// <summary>A server with sockets, and until when it is believed to be there (ADR 22).</summary>
public sealed class PresenceNode
{
    public long Id { get; private set; }

    /// <summary>When it last said that it lives.</summary>
    public required DateTimeOffset RenewedAt { get; set; }

    /// <summary>From then on its people count as offline, and any other server may take its rows away.</summary>
    public required DateTimeOffset LeaseUntil { get; set; }
}

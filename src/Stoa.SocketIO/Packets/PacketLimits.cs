namespace Stoa.SocketIO.Packets;

/// <summary>What a packet may hold at most.</summary>
/// <param name="Attachments">Binary values of one packet (the reference's <c>maxAttachments</c>).</param>
/// <param name="Depth">Nesting of its JSON.</param>
/// <param name="NamespaceLength">Bytes of a namespace's name.</param>
internal sealed record PacketLimits(int Attachments, int Depth, int NamespaceLength);

using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Stoa.Server.Hosting.Limits;

/// <summary>What an address counts as wherever addresses are counted: an IPv4 address alone, an IPv6 address with its whole /64 (one household's share).</summary>
/// <remarks>
/// An IPv4 address in IPv6's clothes (<c>::ffff:203.0.113.7</c>) is the IPv4 address. Loopback is told apart: such a request comes from this machine, mostly from a proxy that
/// nobody named, so everybody would share one count. So is an address that is not known (a Unix socket). Neither is counted by itself; together with a name both are.
/// </remarks>
public readonly record struct ClientNetwork
{
    private const int NetworkBytes = 8;
    private readonly Kind kind;

    // An IPv4 address, or the first 64 bits of an IPv6 one.
    private readonly ulong bits;

    private ClientNetwork(Kind kind, ulong bits)
    {
        this.kind = kind;
        this.bits = bits;
    }

    private enum Kind : byte
    {
        Unknown,
        Loopback,
        IPv4,
        IPv6,
    }

    /// <summary>False for loopback and what is not known: many different people may stand behind either.</summary>
    public bool IsCounted => kind is Kind.IPv4 or Kind.IPv6;

    /// <summary>The network of the size that one provider's customer may have many networks of: IPv4 /24, IPv6 /48. Overflowing counters are shared by it.</summary>
    internal ClientNetwork Wider => kind switch
    {
        Kind.IPv4 => new ClientNetwork(kind, bits & 0xFFFF_FF00),
        Kind.IPv6 => new ClientNetwork(kind, bits & 0xFFFF_FFFF_FFFF_0000),
        _ => this,
    };

    /// <summary>Where a request comes from: what forwarded headers of a named proxy made of it.</summary>
    public static ClientNetwork Of(HttpContext http) => Of(http.Connection.RemoteIpAddress);

    /// <param name="address">Null: not known.</param>
    public static ClientNetwork Of(IPAddress? address)
    {
        if (address is null)
            return default;
        if (IPAddress.IsLoopback(address))
            return new ClientNetwork(Kind.Loopback, 0);
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out _))
            return default;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return new ClientNetwork(Kind.IPv4, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        if (!address.IsIPv4MappedToIPv6)
            return new ClientNetwork(Kind.IPv6, BinaryPrimitives.ReadUInt64BigEndian(bytes));
        return bytes[12] == IPAddress.Loopback.GetAddressBytes()[0]
            ? new ClientNetwork(Kind.Loopback, 0)
            : new ClientNetwork(Kind.IPv4, BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
    }

    /// <param name="address">As text; what is none is not known.</param>
    public static ClientNetwork Of(string? address) => IPAddress.TryParse(address, out var parsed) ? Of(parsed) : default;

    /// <summary>For logs and keys: <c>203.0.113.7</c>, <c>2001:db8:1:2::/64</c>, <c>loopback</c>, <c>unknown</c>.</summary>
    public override string ToString()
    {
        switch (kind)
        {
            case Kind.IPv4:
                return new IPAddress(BinaryPrimitives.ReverseEndianness((uint)bits)).ToString();
            case Kind.IPv6:
                Span<byte> bytes = stackalloc byte[2 * NetworkBytes];
                BinaryPrimitives.WriteUInt64BigEndian(bytes, bits);
                return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{8 * NetworkBytes}");
            default:
                return kind == Kind.Loopback ? "loopback" : "unknown";
        }
    }
}

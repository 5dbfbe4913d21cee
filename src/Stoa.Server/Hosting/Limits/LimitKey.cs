using System.Globalization;

namespace Stoa.Server.Hosting.Limits;

/// <summary>Whose tries are counted together: an account's, a network's, those on a name, or those of a network on a name.</summary>
/// <remarks>There is no way from an address to a key but through <see cref="ClientNetwork"/>: an IPv6 address counted whole is no limit, its owner has 2^64 of them.</remarks>
public readonly record struct LimitKey
{
    private readonly string? name;
    private readonly long account;
    private readonly ClientNetwork network;

    private LimitKey(string? name, long account, ClientNetwork network)
    {
        this.name = name;
        this.account = account;
        this.network = network;
    }

    /// <summary>False for a network that is not counted by itself (<see cref="ClientNetwork.IsCounted"/>).</summary>
    internal bool IsCounted => name is not null || account != 0 || network.IsCounted;

    /// <summary>Which of the shared counters such a newcomer falls into; differs from process to process, so nobody can aim at somebody else's.</summary>
    internal int Bucket => name is null && account == 0 ? network.Wider.GetHashCode() ^ Seed : GetHashCode() ^ Seed;

    private static int Seed { get; } = HashCode.Combine(0);

    /// <param name="id">An account's id.</param>
    public static LimitKey Account(long id) => new(null, id, default);

    /// <param name="name">What was typed or asked for: a user name, a mail address. Never a network address.</param>
    public static LimitKey Named(string name) => new(name, 0, default);

    public static LimitKey Of(ClientNetwork network) => new(null, 0, network);

    /// <summary>The tries of one network on one name; of loopback and unknown addresses too.</summary>
    public static LimitKey Of(string name, ClientNetwork network) => new(name, 0, network);

    /// <summary>The same text for the same key on every node.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{account} {network} {name}");
}

using System.Text.Json;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.EngineIO;
using Stoa.SocketIO.Namespaces;
using Stoa.SocketIO.Recovery;

namespace Stoa.SocketIO;

/// <summary>Settings of the Socket.IO server, those of its transports included. Checked when the application starts; a value outside of its range stops the start.</summary>
public sealed class SocketIOOptions : EngineOptions
{
    /// <summary>How long a connection may live without having entered a namespace. 10 ms to 1 hour; default 45 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>
    /// The same while half of <see cref="EngineOptions.MaxUnadmitted"/>, or of one network's share, is taken, for connections that come then. 10 ms to 1 hour; default 5 s. The shorter of both counts.
    /// </summary>
    public TimeSpan CrowdedConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How payloads are read and written. Default: the web defaults (camelCase, names without case). Source-generated contexts work.</summary>
    public JsonSerializerOptions Json { get; set; } = new(JsonSerializerDefaults.Web);

    /// <summary>Most binary values in one packet. 0 to 1,000; default 10, as in the reference parser.</summary>
    public int MaxAttachments { get; set; } = 10;

    /// <summary>Deepest nesting of a payload. 1 to 1,000; default 64.</summary>
    public int MaxJsonDepth { get; set; } = 64;

    /// <summary>Longest namespace name a client may ask for, in bytes. 1 to 4,096; default 256.</summary>
    public int MaxNamespaceLength { get; set; } = 256;

    /// <summary>Most namespaces one connection may be in at a time. 1 to 10,000; default 32. One more closes the connection.</summary>
    public int MaxNamespacesPerConnection { get; set; } = 32;

    /// <summary>Most CONNECT packets one connection may send in its life, refused ones included. 1 to 1,000,000; default 256. One more closes the connection.</summary>
    public int MaxConnectsPerConnection { get; set; } = 256;

    /// <summary>
    /// Most events of one socket that wait for their handler. 1 to 100,000; default 1,000. When full, nothing more is read from that connection until there is
    /// room, acknowledgements neither.
    /// </summary>
    public int MaxWaitingEvents { get; set; } = 1_000;

    /// <summary>Most bytes of events of one socket that wait for their handler, as above. 1,024 to 1 GiB; default 4 MiB. One event may be larger.</summary>
    public int MaxWaitingBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Connection state recovery (reference behaviour, clients 4.6 and later). Null, the default, is off.</summary>
    public RecoveryOptions? Recovery { get; set; }

    /// <summary>Makes the adapter of each namespace. Null, the default: in memory, one node.</summary>
    public Func<SocketNamespace, IServiceProvider, Adapter>? Adapter { get; set; }

    internal override IEnumerable<string> Problems()
    {
        foreach (var problem in base.Problems())
            yield return problem;
        if (Outside(ConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)))
            yield return $"{nameof(ConnectTimeout)} must be between 10 ms and 1 hour, but is {ConnectTimeout}.";
        if (Outside(CrowdedConnectTimeout, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1)))
            yield return $"{nameof(CrowdedConnectTimeout)} must be between 10 ms and 1 hour, but is {CrowdedConnectTimeout}.";
        if (Json is null)
            yield return $"{nameof(Json)} must not be null.";
        if (Recovery is { } recovery && Outside(recovery.MaxDisconnection, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)))
            yield return $"Recovery.{nameof(recovery.MaxDisconnection)} must be between 1 second and 1 day, but is {recovery.MaxDisconnection}.";
        if (Recovery is { } kept && Outside(kept.MaxPackets, 1, 10_000_000))
            yield return $"Recovery.{nameof(kept.MaxPackets)} must be between 1 and 10000000, but is {kept.MaxPackets}.";

        if (Recovery is { } held && Outside(held.MaxBytes, 1024, 1L << 40))
            yield return $"Recovery.{nameof(held.MaxBytes)} must be between 1024 and {1L << 40}, but is {held.MaxBytes}.";
        if (Recovery is { } lost && Outside(lost.MaxSessions, 1, 10_000_000))
            yield return $"Recovery.{nameof(lost.MaxSessions)} must be between 1 and 10000000, but is {lost.MaxSessions}.";

        foreach (var (name, value, least, most) in new[]
        {
            (nameof(MaxAttachments), MaxAttachments, 0, 1_000),
            (nameof(MaxJsonDepth), MaxJsonDepth, 1, 1_000),
            (nameof(MaxNamespaceLength), MaxNamespaceLength, 1, 4_096),
            (nameof(MaxNamespacesPerConnection), MaxNamespacesPerConnection, 1, 10_000),
            (nameof(MaxConnectsPerConnection), MaxConnectsPerConnection, 1, 1_000_000),
            (nameof(MaxWaitingEvents), MaxWaitingEvents, 1, 100_000),
            (nameof(MaxWaitingBytes), MaxWaitingBytes, 1024, 1 << 30),
        })
        {
            if (Outside(value, least, most))
                yield return $"{name} must be between {least} and {most}, but is {value}.";
        }
    }
}

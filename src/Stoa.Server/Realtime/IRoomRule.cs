using Stoa.Server.Hosting;

namespace Stoa.Server.Realtime;

/// <summary>Who is let into one kind of room. Registered by the module whose room it is; asked when a socket joins, and again whenever rights change.</summary>
public interface IRoomRule
{
    /// <summary>What the names of these rooms begin with, with the colon: <c>conversation:</c>.</summary>
    string Prefix { get; }

    /// <summary>Whether this caller may be in the room now.</summary>
    /// <param name="name">The room's name after the prefix.</param>
    Task<bool> AdmitsAsync(string name, Caller caller, CancellationToken cancellation);

    /// <summary>The room that sockets of this caller are in without having asked; null: none.</summary>
    string? GivenTo(Caller caller) => null;
}

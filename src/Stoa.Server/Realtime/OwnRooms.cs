using System.Globalization;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting;

namespace Stoa.Server.Realtime;

/// <summary>The rooms of one's own account and session, given to every socket.</summary>
internal sealed class AccountRoom : IRoomRule
{
    public string Prefix => Rooms.UserPrefix;

    public Task<bool> AdmitsAsync(string name, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(name == caller.UserId.ToString(CultureInfo.InvariantCulture));

    public string GivenTo(Caller caller) => Rooms.User(caller.UserId);
}

/// <inheritdoc cref="AccountRoom"/>
internal sealed class SessionRoom : IRoomRule
{
    public string Prefix => Rooms.SessionPrefix;

    public Task<bool> AdmitsAsync(string name, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(name == caller.SessionId.ToString(CultureInfo.InvariantCulture));

    public string GivenTo(Caller caller) => Rooms.Session(caller.SessionId);
}

/// <summary>Where the support desk is told: given to administrators, for as long as they are.</summary>
internal sealed class AdminsRoom : IRoomRule
{
    public string Prefix => Rooms.Admins;

    public Task<bool> AdmitsAsync(string name, Caller caller, CancellationToken cancellation) =>
        Task.FromResult(name.Length == 0 && caller.Type == PartyType.Admin);

    public string? GivenTo(Caller caller) => caller.Type == PartyType.Admin ? Rooms.Admins : null;
}

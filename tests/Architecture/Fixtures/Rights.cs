// Ways past the doors at which rights are given.
#pragma warning disable CA1822

using Stoa.Core.Accounts;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Architecture.Fixtures;

internal sealed class JoinsByItself
{
    public async Task JoinAsync(Socket socket) => await socket.JoinAsync("a room");
}

internal sealed class MakesOthersJoin
{
    public async Task JoinAsync(SocketIOServer sockets) => await sockets.SocketsJoinAsync("a room");
}

internal sealed class OpensASession
{
    public Session Open(DateTimeOffset now) => new() { UserId = 1, CredentialsVersion = 0, ExpiresAt = now, CreatedAt = now, UpdatedAt = now };
}

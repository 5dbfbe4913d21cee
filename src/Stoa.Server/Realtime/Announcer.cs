using Stoa.SocketIO;

namespace Stoa.Server.Realtime;

/// <summary>Emits events to rooms from outside a socket handler; encoded once however many sockets are in them.</summary>
/// <remarks>At most once: who is not connected gets nothing, and finds it in the record.</remarks>
public sealed class Announcer(SocketIOServer sockets)
{
    /// <summary>To every socket that has the conversation open.</summary>
    public async Task ToConversationAsync(long id, string name, object payload) => await sockets.To(Rooms.Conversation(id)).EmitAsync(name, payload);

    /// <summary>To every socket of the account.</summary>
    public async Task ToUserAsync(long id, string name, object payload) => await sockets.To(Rooms.User(id)).EmitAsync(name, payload);

    /// <summary>To every socket of these accounts, at most some hundreds.</summary>
    public async Task ToUsersAsync(IEnumerable<long> ids, string name, object payload) => await sockets.To([.. ids.Select(Rooms.User)]).EmitAsync(name, payload);

    /// <summary>To every socket of every administrator.</summary>
    public async Task ToAdminsAsync(string name, object payload) => await sockets.To(Rooms.Admins).EmitAsync(name, payload);
}

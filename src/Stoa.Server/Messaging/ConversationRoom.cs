using Stoa.Server.Hosting;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>In a conversation's room is who takes part in it; administrators are in those of the support desk's inboxes.</summary>
internal sealed class ConversationRoom(ResolveConversation resolve, FindConversation find) : IRoomRule
{
    public string Prefix => Rooms.ConversationPrefix;

    public async Task<bool> AdmitsAsync(string name, Caller caller, CancellationToken cancellation)
    {
        var place = await resolve.Handle(name, caller, cancellation);
        return place.Refusal is null && (await find.Handle(place.Value.Id, place.Value.As, cancellation)).Refusal is null;
    }
}

using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static partial class TypedMessages
{
    public static void Add(WebApplicationBuilder builder)
    {
        // README
        builder.Services.AddSocketIO(o => o.Json.TypeInfoResolverChain.Insert(0, ChatJson.Default));
        // end
    }

    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.On<Draft, Receipt>("send", async (socket, draft, cancellation) =>
        {
            await socket.To(draft.Room).EmitAsync("message", draft.Text, draft.Picture);
            return new Receipt(DateTimeOffset.UtcNow, draft.Picture?.Length ?? 0);
        });
        // end
    }

    // README
    sealed record Draft(string Room, string Text, byte[]? Picture);      // byte[] travels as binary, wherever it stands
    sealed record Receipt(DateTimeOffset SentAt, int PictureBytes);

    [JsonSerializable(typeof(Draft))]
    [JsonSerializable(typeof(Receipt))]
    sealed partial class ChatJson : JsonSerializerContext;
    // end
}

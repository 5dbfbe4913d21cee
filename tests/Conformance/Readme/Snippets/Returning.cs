using Microsoft.AspNetCore.Builder;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Readme;

internal static class Returning
{
    public static void Add(WebApplicationBuilder builder)
    {
        // README
        builder.Services.AddSocketIO(o => o.Recovery = new RecoveryOptions { MaxDisconnection = TimeSpan.FromMinutes(5) });
        // end
    }

    public static void Map(Stoa.SocketIO.Namespaces.SocketIOBuilder io)
    {
        // README
        io.OnConnection(async (socket, cancellation) =>
        {
            if (!socket.IsRecovered)
                await socket.JoinAsync("news");         // a recovered one is in its rooms already
            await socket.EmitAsync("ready");
        });
        // end
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;

namespace Stoa.Conformance.Readme;

internal static class OverRedis
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO(o => o.Recovery = new RecoveryOptions());       // leave it out if clients need not be recovered
        builder.Services.AddSocketIORedis(builder.Configuration.GetConnectionString("Redis") ?? "127.0.0.1:6379");
        var app = builder.Build();
        app.MapSocketIO("/socket.io", io => io.On<string>("say", async (socket, text, cancellation) => await socket.Namespace.EmitAsync("said", text)));
        app.Run();
        // end
    }
}

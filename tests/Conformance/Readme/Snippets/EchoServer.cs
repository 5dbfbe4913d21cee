using Microsoft.AspNetCore.Builder;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static class EchoServer
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO();
        var app = builder.Build();
        app.MapSocketIO("/socket.io", io =>
        {
            io.OnConnection((socket, cancellation) => socket.EmitAsync("hello", socket.Id).AsTask());
            io.On<string, string>("echo", (socket, text, cancellation) => Task.FromResult(text));       // the result acknowledges
        });
        app.Run();
        // end
    }
}

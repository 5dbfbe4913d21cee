using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Stoa.SocketIO;
using Stoa.SocketIO.Admin;
using Stoa.SocketIO.EngineIO;

namespace Stoa.Conformance.Readme;

internal static class AdminView
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO(o => o.Cors = new EngineCors { Origins = { "https://admin.socket.io" }, Credentials = true });
        var app = builder.Build();
        var secret = Encoding.UTF8.GetBytes(app.Configuration["AdminPassword"] ?? throw new InvalidOperationException("AdminPassword is not set."));
        app.MapSocketIO("/socket.io", io => io.MapAdmin("/admin", o =>
        {
            o.Authenticate = (name, password, cancellation) => new(name == "admin" && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(password), secret));
            o.IsReadOnly = true;
        }));
        app.Run();
        // end
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Readme;

internal static class OverSqlite
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        var file = builder.Configuration.GetConnectionString("Sockets") ?? "Data Source=sockets.db";     // a file of its own
        builder.Services.AddSocketIO(o => o.Recovery = new RecoveryOptions());
        builder.Services.AddSocketIOSql(new SqliteDialect(() => new SqliteConnection(file)));
        var app = builder.Build();
        app.MapSocketIO("/socket.io", io => io.On<string>("say", async (socket, text, cancellation) => await socket.Namespace.EmitAsync("said", text)));
        app.Run();
        // end
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Npgsql;
using Stoa.SocketIO;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Sql;

namespace Stoa.Conformance.Readme;

internal static class OverPostgres
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        var database = NpgsqlDataSource.Create(builder.Configuration.GetConnectionString("Sockets") ?? "Host=127.0.0.1;Database=app;Username=app");
        builder.Services.AddSocketIO(o => o.Recovery = new RecoveryOptions());       // leave it out if clients need not be recovered
        builder.Services.AddSocketIOSql(new PostgresDialect(
            database.CreateConnection,
            (connection, time, stop) => ((NpgsqlConnection)connection).WaitAsync(time, stop)));
        var app = builder.Build();
        app.MapSocketIO("/socket.io", io => io.On<string>("say", async (socket, text, cancellation) => await socket.Namespace.EmitAsync("said", text)));
        app.Run();
        // end
    }
}

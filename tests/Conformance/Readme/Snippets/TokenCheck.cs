using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static class TokenCheck
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSocketIO();
        builder.Services.AddScoped<Tokens>();
        var app = builder.Build();
        app.MapSocketIO("/socket.io", io =>
        {
            io.Use(async (socket, next, cancellation) =>
            {
                var token = socket.Handshake.Auth.TryGetProperty("token", out var sent) ? sent.ToString() : "";
                var tokens = socket.Services.GetRequiredService<Tokens>();
                if (await tokens.FindOwnerAsync(token, cancellation) is not { } name)
                    throw new SocketRefusedException("unauthorized", new { code = "token.invalid" });
                socket.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "token"));
                await next();
            });
            io.On("whoami", async (happened, cancellation) => await happened.AckAsync(happened.Socket.User.Identity?.Name));
        });
        app.Run();
        // end
    }

    // README
    sealed class Tokens     // yours: a database, a JWT …
    {
        private readonly Dictionary<string, string> _owners = new() { ["secret-of-ana"] = "ana" };

        public Task<string?> FindOwnerAsync(string token, CancellationToken cancellation) => Task.FromResult(_owners.GetValueOrDefault(token));
    }
    // end
}

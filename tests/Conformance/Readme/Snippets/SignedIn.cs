using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Stoa.SocketIO;

namespace Stoa.Conformance.Readme;

internal static class SignedIn
{
    public static void Run(string[] args)
    {
        // README
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddAuthentication("Cookies").AddCookie(o => o.Events.OnRedirectToLogin = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        builder.Services.AddAuthorization();
        builder.Services.AddSocketIO();
        var app = builder.Build();
        app.MapPost("/sign-in", () =>       // yours: a form, a password …
            Results.SignIn(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ana")], "password"))));
        app.MapSocketIO("/socket.io", io => io.OnConnection(async (socket, cancellation) =>
        {
            await socket.JoinAsync("user:" + socket.User.Identity!.Name);
            await socket.EmitAsync("hello", socket.User.Identity.Name);
        })).RequireAuthorization();
        app.Run();
        // end
    }
}

using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting;

/// <summary>Tells whoever started the server, once it listens: where it is, where things lie, and what to do next.</summary>
/// <remarks>Plain text on the standard output, once a start. It is no line of the log: files and formats of the log are what they are without it.</remarks>
internal sealed class StartNotice(IServer server, StoaSettings settings, IDbContextFactory<StoaDb> databases) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var hasAdmin = await db.Users.AnyAsync(static u => u.IsSuperuser, cancellationToken);
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

        // In one piece, so that lines of the log do not come between.
        await Console.Out.WriteAsync(Text(addresses, hasAdmin));
    }

    private string Text(IEnumerable<string> addresses, bool hasAdmin)
    {
        var reached = addresses.Select(Reachable).Distinct(StringComparer.Ordinal).ToList();
        var text = new StringBuilder($"\nStoa {ProductVersion.Text} listens at {string.Join(" and ", reached)}\n");
        Line("API", $"{reached.FirstOrDefault()}/docs");
        Line("record", DatabaseUrl.Describe(settings.Database.Target));
        Line("data folder", Path.GetFullPath(settings.Data.Folder));
        Line("log folder", settings.Logs.Folder.Length > 0 ? Path.GetFullPath(settings.Logs.Folder) : "none (Logs:Folder is empty)");
        if (!hasAdmin)
            Line("next", "./run create-admin --username NAME --email ADDRESS    nobody is an administrator yet");
        Line(hasAdmin ? "next" : "", "./run doctor    looks at everything");
        return text.Append('\n').ToString();

        void Line(string name, string value) => text.Append($"  {name,-13}{value}\n");
    }

    /// <summary>What listens everywhere is reached here under this name.</summary>
    private static string Reachable(string address) => BindingAddress.Parse(address) is { Host: "0.0.0.0" or "[::]" or "*" or "+" } any
        ? $"{any.Scheme}://localhost:{any.Port}"
        : address;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Registers the notice of a start.</summary>
internal static class StartNoticeServices
{
    /// <summary>Only where the server is the program itself: a program that runs it within, such as a test, has its own console.</summary>
    public static void AddStartNotice(this IServiceCollection services)
    {
        if (Assembly.GetEntryAssembly() == typeof(StartNotice).Assembly)
            services.AddHostedService<StartNotice>();
    }
}

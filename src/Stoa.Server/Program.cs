using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Cli;
using Stoa.Server.Discovery;
using Stoa.Server.Discovery.Doors;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Logs;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Telemetry;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Identity;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Operations.Doors;
using Stoa.Server.Realtime;

return await Cli.RunAsync(args, Serve);

static async Task<int> Serve(string[] options)
{
    var builder = SettingsHosting.CreateBuilder(options);
    var settings = builder.AddSettings();
    builder.AddLogs(settings);

    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddStoaDb(settings.Database.Target);
    builder.Services.AddJobs(settings);
    builder.Services.AddTokens(settings);
    builder.Services.AddWeb(settings);
    builder.Services.AddProblems();
    builder.Services.AddApiDocument();
    builder.Services.AddMetricsText();
    builder.Services.AddRealtime(settings);
    builder.Services.AddWireJson(
        camelCase: [RealtimeJson.Default, DirectJson.Default],
        snakeCase: [HostingJson.Default, OperationsJson.Default, IdentityJson.Default, PeopleJson.Default, MailboxJson.Default]);

    builder.Services.AddIdentityModule(settings);
    builder.Services.AddMessagingModule();
    builder.Services.AddDiscoveryModule();

    var app = builder.Build();
    app.UseProblems();
    app.UseWeb();
    app.UseAuthentication();
    app.UseAuthorization();

    app.MapApiDocument();
    app.MapMetrics();
    app.MapRealtime(DirectSocket.MapDirectSocket);
    app.MapFaces();
    app.MapPeople();
    app.MapDirectConversations();
    foreach (var prefix in (string[])["", "/api"])
    {
        var routes = app.MapGroup(prefix);
        routes.MapIdentity();
        routes.MapMessaging();
    }

    await StartupMigration.RunAsync(
        app.Services.GetRequiredService<IDbContextFactory<StoaDb>>(),
        settings.Database.MigrateOnStart,
        app.Services.GetRequiredService<ILogger<StoaDb>>(),
        app.Lifetime.ApplicationStopping);
    await app.RunAsync();
    return 0;
}

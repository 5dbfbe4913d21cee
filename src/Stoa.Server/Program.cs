using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Cli;
using Stoa.Server.Discovery;
using Stoa.Server.Discovery.Doors;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Logs;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Telemetry;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Identity;
using Stoa.Server.Identity.Doors;
using Stoa.Server.Jobs;
using Stoa.Server.Mail;
using Stoa.Server.Messaging;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Moderation;
using Stoa.Server.Notifications;
using Stoa.Server.Notifications.Doors;
using Stoa.Server.Operations;
using Stoa.Server.Operations.Doors;
using Stoa.Server.Realtime;
using Stoa.Server.Realtime.Presence;

return await Cli.RunAsync(args, Serve);

static async Task<int> Serve(string[] options)
{
    var builder = SettingsHosting.CreateBuilder(options);
    var settings = builder.AddSettings();
    builder.AddLogs(settings);
    AddServices(builder.Services, settings);

    try
    {
        await RunAsync(builder.Build(), settings);
        return 0;
    }
    catch (Exception fault) when (StartFault.Of(fault, settings) is { } said)
    {
        return await Cli.SayAsync(said.Code, said.Text);
    }
}

static async Task RunAsync(WebApplication app, StoaSettings settings)
{
    var stopping = app.Lifetime.ApplicationStopping;
    var (databases, log) = (app.Services.GetRequiredService<IDbContextFactory<StoaDb>>(), app.Services.GetRequiredService<ILogger<StoaDb>>());
    try
    {
        Listening.Try(settings.Listen);
        Map(app);
        await DatabaseWait.RunAsync(databases, settings.Database.WaitForStart, app.Services.GetRequiredService<TimeProvider>(), log, stopping);
        await InspectDatabase.RefuseDamagedAsync(settings.Database.Target, stopping);
        await StartupMigration.RunAsync(databases, settings.Database.MigrateOnStart, log, stopping);
        await app.RunAsync();
    }
    catch (OperationCanceledException) when (stopping.IsCancellationRequested)
    {
        // Asked to stop while it was starting: nothing was served yet, and nothing is wrong.
    }
}

static void AddServices(IServiceCollection services, StoaSettings settings)
{
    services.AddSingleton(TimeProvider.System);
    services.AddStoaDb(settings.Database.Target);
    services.AddJobs(settings);
    services.AddMail(settings);
    services.AddTokens(settings);
    services.AddFiles(settings);
    services.AddWeb(settings);
    services.AddProblems();
    services.AddApiDocument();
    services.AddMetricsText();
    services.AddRealtime(settings);
    services.AddWireJson(
        camelCase: [RealtimeJson.Default, DirectJson.Default, SupportJson.Default, CommunicationsJson.Default],
        snakeCase:
        [
            HostingJson.Default, OperationsJson.Default, IdentityJson.Default, PeopleJson.Default, MailboxJson.Default, ThreadsJson.Default,
            NotificationsJson.Default, TicketsJson.Default, MessagingSettingsJson.Default, UploadsJson.Default,
        ]);

    services.AddIdentityModule(settings);
    services.AddMessagingModule(settings);
    services.AddNotificationsModule();
    services.AddModerationModule();
    services.AddDiscoveryModule();
    services.AddOperationsModule();
    services.AddStartNotice();
}

static void Map(WebApplication app)
{
    app.UseProblems();
    app.UseWeb();
    app.UseAuthentication();
    app.UseRequestLimits();
    app.UseAuthorization();

    // Every route has a cost: one permit, unless it says otherwise itself.
    var all = app.MapGroup("").Costs(1);
    app.UseApiPages();
    all.MapApiDocument();
    all.MapMetrics();
    all.MapRealtime(SocketQuestions.MapSocketQuestions, DirectSocket.MapDirectSocket);
    all.MapPresence();
    all.MapOperations();
    all.MapAccounts();
    all.MapPeople();
    all.MapEmailVerifications();
    all.MapDirectConversations();
    all.MapSupportConversations();
    all.MapConsultations();
    all.MapCommunications();
    all.MapThreads();
    all.MapUploads();
    all.MapThreadAdmin();
    all.MapMessagingSettings();
    all.MapNotifications();
    foreach (var prefix in (string[])["", "/api"])
    {
        var routes = all.MapGroup(prefix);
        routes.MapIdentity(isApi: prefix.Length > 0);
        routes.MapMessaging();
        routes.MapModeration();
    }
}

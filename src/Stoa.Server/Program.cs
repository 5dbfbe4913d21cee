using Stoa.Core.Data;
using Stoa.Server.Discovery;
using Stoa.Server.Discovery.Doors;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Identity;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Operations.Doors;
using Stoa.Server.Realtime;

var builder = WebApplication.CreateBuilder(args);
var settings = new StoaSettings();

builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddStoaDb(new DatabaseTarget(DatabaseKind.Sqlite, "Data Source=/tmp/try.db"));
builder.Services.AddTokens(settings);
builder.Services.AddJobs(settings);
builder.Services.AddProblems();
builder.Services.AddValidation();
builder.Services.ConfigureHttpJsonOptions(static o => WireJson.Apply(
    o.SerializerOptions,
    camelCase: [DirectJson.Default],
    snakeCase: [HostingJson.Default, OperationsJson.Default, IdentityJson.Default, PeopleJson.Default, MailboxJson.Default]));
builder.Services.AddApiDocument();
builder.Services.AddSingleton<Announcer>();
builder.Services.AddScoped<SearchUsers>();
builder.Services.AddIdentityModule(settings);
builder.Services.AddMessagingModule();

var app = builder.Build();
app.UseProblems();
app.UseAuthentication();
app.UseAuthorization();
app.MapApiDocument();
app.MapFaces();
app.MapPeople();
app.MapDirectConversations();
foreach (var prefix in (string[])["", "/api"])
{
    var routes = app.MapGroup(prefix);
    routes.MapIdentity();
    routes.MapMessaging();
}

await using (var db = StoaDbServices.Open(app.Services.GetRequiredService<DatabaseTarget>())) { await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.MigrateAsync(db.Database); }
app.Run();

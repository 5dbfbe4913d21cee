using Stoa.Bare;

// The least that an ASP.NET endpoint can do for the same answers, on SQLite:  Stoa.Bare PORT FILE
// It checks a token's signature and expiry, writes a row with the others that wait, reads rows, writes JSON. No validation, no
// revocation, no permissions, no conversations, no events.
if (args is not [var port, var file])
    return 2;
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
builder.Services.ConfigureHttpJsonOptions(static o =>
{
    o.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
    o.SerializerOptions.TypeInfoResolverChain.Insert(0, BareJson.Default);
});
var app = builder.Build();
var tokens = new Tokens();
await using var store = new Store(file);

app.MapGet("/health", static () => "ok");
app.MapPost("/auth/register", (Registration body) =>
{
    var id = store.Register(body.Username, body.Email);
    return TypedResults.Created("/auth/me", new SignedIn(id, tokens.Issue(id)));
});
app.MapGet("/auth/me", (HttpContext http) => tokens.Read(http) is { } id ? Results.Ok(new Account(id, "load-0", "load-0@example.org", true)) : Results.Unauthorized());
app.MapPost("/messages", async (NewMessage body, HttpContext http) => tokens.Read(http) is { } id
    ? Results.Created((string?)null, await store.SendAsync(id, body.RecipientId, body.Content))
    : Results.Unauthorized());
app.MapGet("/messages/received", (HttpContext http, int limit) => tokens.Read(http) is { } id ? Results.Ok(store.Received(id, limit)) : Results.Unauthorized());
app.MapGet("/messages/unread/count", (HttpContext http) => tokens.Read(http) is { } id ? Results.Ok(new Unread(store.Unread(id))) : Results.Unauthorized());
await app.RunAsync();
return 0;

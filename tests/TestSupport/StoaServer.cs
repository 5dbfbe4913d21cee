using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Tokens;
using Stoa.TestSupport.Answers;

namespace Stoa.TestSupport;

/// <summary>A whole server in this process on a real port, with a database of its own.</summary>
public sealed class StoaServer : WebApplicationFactory<Program>
{
    private static readonly ConcurrentDictionary<Database, Lazy<StoaServer>> Shared = new();
    private static int people;
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-server-").FullName;
    private readonly Dictionary<string, string> settings;
    private readonly TimeProvider? clock;
    private readonly bool isFirst;
    private Crowd? crowd;
    private int ended;

    private StoaServer(Database database, TimeProvider? clock, Dictionary<string, string> settings, string? url = null)
    {
        this.clock = clock;
        this.settings = settings;
        Database = database;
        isFirst = url is null;
        Url = url is not null ? url : database == Database.Sqlite ? $"Data Source={Path.Combine(folder, "stoa.db")}" : PostgresDatabase.New();
        UseKestrel(0);
        StartServer();
    }

    public Database Database { get; }

    /// <summary>The connection string.</summary>
    public string Url { get; }

    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Where it keeps its key and log files.</summary>
    public string Folder => folder;

    /// <summary>The server that tests without special wishes share; their people have different names.</summary>
    public static StoaServer For(Database database) =>
        Shared.GetOrAdd(database, static d => new Lazy<StoaServer>(() => Crowded(new StoaServer(d, null, [])))).Value;

    /// <summary>Stops those that are shared, once nobody shares them any more.</summary>
    internal static async Task StopSharedAsync()
    {
        foreach (var server in Shared.Values.Where(static s => s.IsValueCreated).Select(static s => s.Value))
        {
            if (server.crowd is { } crowd)
                await crowd.DisposeAsync();
            await server.DisposeAsync();
        }

        Shared.Clear();
    }

    private static StoaServer Crowded(StoaServer server)
    {
        server.crowd = Crowd.Beside(server);
        return server;
    }

    /// <summary>A server of one's own, e.g. with another clock or other settings (<c>Section:Key</c>).</summary>
    public static StoaServer Start(Database database, TimeProvider? clock = null, params (string Key, string Value)[] settings) =>
        new(database, clock, settings.ToDictionary(static s => s.Key, static s => s.Value, StringComparer.Ordinal));

    /// <summary>A server on a database that is there already, e.g. the second one on it; both have the same signing key.</summary>
    public static StoaServer On(string url, Database database, params (string Key, string Value)[] settings) =>
        new(database, null, settings.Append(("Tokens:Secret", "0123456789abcdef0123456789abcdef")).ToDictionary(static s => s.Item1, static s => s.Item2, StringComparer.Ordinal), url);

    /// <summary>Lets a little time pass on a server whose clock stands still, so that its workers look around.</summary>
    internal void Tick() => (clock as ManualClock)?.Advance(TimeSpan.FromMilliseconds(100));

    /// <summary>An HTTP client that is nobody yet.</summary>
    public Person Stranger() => new(this, NewClient());

    /// <summary>Registers an account whose name nobody else has.</summary>
    public async Task<Person> RegisterAsync(string name = "person", string password = "correct-horse")
    {
        var username = Unique(name);
        var person = Stranger();
        var answer = await person.PostAsync("/auth/register", new { username, email = $"{username}@example.org", password });
        answer.Is(201);
        person.SignIn(answer);
        return person;
    }

    /// <summary>Registers somebody and makes them a superuser, as <c>create-admin</c> does: past the doors.</summary>
    public async Task<Person> SuperuserAsync()
    {
        var person = await RegisterAsync("root");
        await SetSuperuserAsync(person, true);
        return person;
    }

    /// <summary>Takes the flag back past the doors.</summary>
    public Task DemoteAsync(Person person) => SetSuperuserAsync(person, false);

    private async Task SetSuperuserAsync(Person person, bool isSuperuser)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<StoaDb>();
        await db.WriteAsync(
            () => db.Users.Where(u => u.Id == person.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.IsSuperuser, isSuperuser)), CancellationToken.None);
        Services.GetRequiredService<SessionGate>().Forget(await db.Sessions.Where(s => s.UserId == person.Id).Select(s => s.Id).ToListAsync());
    }

    /// <summary>Two people who have exchanged nothing yet.</summary>
    public async Task<(Person Ana, Person Ben)> TwoPeopleAsync() => (await RegisterAsync("ana"), await RegisterAsync("ben"));

    public static string Unique(string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}-{Environment.ProcessId}-{Interlocked.Increment(ref people)}");

    internal HttpClient NewClient() => new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Database:Url", Url);
        builder.UseSetting("Data:Folder", folder);
        builder.UseSetting("Logs:Folder", Path.Combine(folder, "logs"));

        // The real algorithm at its lowest cost: tests sign up hundreds of people.
        builder.UseSetting("Passwords:BcryptRounds", "4");
        builder.UseSetting("RateLimit:MessagesPerMinute", "0");
        builder.UseSetting("RateLimit:RequestsPerMinute", "1000000");
        builder.UseSetting("RateLimit:OpeningsPerHour", "0");
        builder.UseSetting("RateLimit:HistoriesPerMinute", "0");

        // Mails are there soon, and everybody here comes from one address.
        builder.UseSetting("Mail:PollInterval", "00:00:00.050");
        builder.UseSetting("PasswordReset:MaxPerClientPerHour", "100000");
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
        builder.ConfigureServices(static services => services.AddSingleton<IStartupFilter, AnswerRecorder>());
        if (clock is not null)
            builder.ConfigureServices(services => services.Replace(ServiceDescriptor.Singleton(clock)));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        // The base comes here twice when it is not disposed asynchronously.
        if (!disposing || Interlocked.Exchange(ref ended, 1) == 1)
            return;
        if (Database == Database.Postgres)
            PostgresDatabase.Leave(Url);
        // A server that came to another's database leaves it to that one.
        if (Database == Database.Postgres && isFirst)
            PostgresDatabase.Drop(Url);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}

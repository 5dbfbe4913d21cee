using System.Globalization;
using System.Net;
using Stoa.Load.Measuring;

namespace Stoa.Load.Servers;

/// <summary>A server that answers S1's account and mailbox routes: the one under test, or one of <c>benchmarks/peers</c>. With a database of its own.</summary>
public sealed class MailboxServer : IAsyncDisposable
{
    /// <summary>The server under test.</summary>
    public const string Ours = "stoa";

    private readonly Func<double> cpuSeconds;
    private readonly IAsyncDisposable process;
    private readonly BenchDatabase database;

    private MailboxServer(string name, IPEndPoint address, Func<double> cpuSeconds, IAsyncDisposable process, BenchDatabase database)
    {
        (this.cpuSeconds, this.process, this.database) = (cpuSeconds, process, database);
        (Name, Address) = (name, address);
    }

    public string Name { get; }

    public IPEndPoint Address { get; }

    /// <summary>Spent so far by the server, its database and this program.</summary>
    public CpuTimes Cpu => new(cpuSeconds(), database.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);

    /// <summary>Whether a peer has a store for this product: the bare one writes SQLite only.</summary>
    public static bool Runs(string name, string product) => name != "bare" || product == "sqlite";

    /// <param name="name"><see cref="Ours"/>, <c>fastify</c>, <c>fastapi</c> or <c>bare</c>.</param>
    /// <param name="postgres">Null: SQLite.</param>
    /// <param name="bcrypt">The cost of a password's hash.</param>
    public static async Task<MailboxServer> StartAsync(string name, LoadOptions options, WorkFolder work, PrivatePostgres? postgres, int bcrypt)
    {
        var database = await BenchDatabase.NewAsync(work, postgres);
        try
        {
            return name == Ours ? await StartOursAsync(options, database, bcrypt) : await StartPeerAsync(name, options, work, database, bcrypt);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await database.DisposeAsync();
    }

    private static async Task<MailboxServer> StartOursAsync(LoadOptions options, BenchDatabase database, int bcrypt)
    {
        var settings = new Dictionary<string, string>
        {
            ["Passwords__BcryptRounds"] = bcrypt.ToString(CultureInfo.InvariantCulture),
            // The same few accounts sign in again and again.
            ["Accounts__LogInsPerMinute"] = "1000000",
        };
        var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus, settings);
        return new MailboxServer(Ours, server.Address, () => server.CpuSeconds, server, database);
    }

    private static async Task<MailboxServer> StartPeerAsync(string name, LoadOptions options, WorkFolder work, BenchDatabase database, int bcrypt)
    {
        var file = Path.Combine(database.Folder, $"{name}.db");
        var url = database.Url.StartsWith("Data Source", StringComparison.Ordinal) ? $"sqlite:{file}" : Uri(database.Url);
        var folder = Path.Combine(Repository.Root, "benchmarks", "peers", name);
        var process = await PeerProcess.StartAsync(
            name,
            address => (port: address.Port.ToString(CultureInfo.InvariantCulture), name) switch
            {
                (var port, "fastify") => ["node", Path.Combine(folder, "server.mjs"), port, url],
                (var port, "fastapi") => ["/usr/bin/python3", Path.Combine(folder, "server.py"), port, url],
                var (port, _) => ["dotnet", BareProgram(), port, file],
            },
            options.ServerCpus,
            work,
            ("BCRYPT_ROUNDS", bcrypt.ToString(CultureInfo.InvariantCulture)),
            ("NODE_ENV", "production"));
        return new MailboxServer(name, process.Address, () => process.CpuSeconds, process, database);
    }

    /// <summary>As the drivers of Node and Python want it.</summary>
    private static string Uri(string connection)
    {
        var database = new Npgsql.NpgsqlConnectionStringBuilder(connection);
        return $"postgres://{database.Username}@{database.Host}:{database.Port}/{database.Database}";
    }

    private static string BareProgram()
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(Repository.Root, "benchmarks", "peers", "bare", "bin", framework.Parent!.Name, framework.Name, "Stoa.Bare.dll");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;

namespace Stoa.Load.Servers;

/// <summary>The built server as a process of its own, on a free port of 127.0.0.1.</summary>
public sealed class ServerUnderTest : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);
    private static readonly byte[] HealthRequest = HttpConnection.Request("GET", "/health", null, null);

    private readonly Process process;
    private readonly string console;

    private ServerUnderTest(Process process, string console, IPEndPoint address)
    {
        this.process = process;
        this.console = console;
        Address = address;
    }

    public IPEndPoint Address { get; }

    /// <summary>From the call that starts the process to the first 200 on <c>/health</c>.</summary>
    public TimeSpan TimeToHealth { get; private set; }

    public double CpuSeconds => ProcessFacts.CpuSeconds(process.Id);

    public long ResidentBytes => ProcessFacts.ResidentBytes(process.Id);

    /// <summary>As the build wrote it into the program's runtime configuration, unless the environment says otherwise.</summary>
    public static string GarbageCollection()
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.ChangeExtension(Repository.ServerProgram, ".runtimeconfig.json")));
        var options = file.RootElement.GetProperty("runtimeOptions");
        var set = options.TryGetProperty("configProperties", out var properties)
            ? properties.EnumerateObject().Where(static p => p.Name.StartsWith("System.GC.", StringComparison.Ordinal)).Select(static p => $"{p.Name}={p.Value}")
            : [];
        var environment = Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(static k => k.StartsWith("DOTNET_GC", StringComparison.OrdinalIgnoreCase) || k == "DOTNET_gcServer");
        return string.Join(", ", set.Concat(environment.Select(static k => $"{k}={Environment.GetEnvironmentVariable(k)}")).DefaultIfEmpty("defaults of the runtime"));
    }

    /// <param name="database">As in the setting <c>Database:Url</c>.</param>
    /// <param name="folder">Keeps its key and its log files; the same one again is a restart.</param>
    /// <param name="cpus">Processors it may use, in the notation of taskset(1); null: all.</param>
    /// <param name="settings">More settings, as environment names; null: none.</param>
    public static async Task<ServerUnderTest> StartAsync(string database, string folder, string? cpus, IReadOnlyDictionary<string, string>? settings = null)
    {
        if (!File.Exists(Repository.ServerProgram))
            throw new FileNotFoundException("The server is not built.", Repository.ServerProgram);
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Find());
        var console = Path.Combine(folder, "console.log");
        var command = Command(console, cpus);
        GeneratorEnvironment.RemoveFrom(command);
        Set(command.Environment, database, folder, address);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            command.Environment[name] = value;
        var started = Stopwatch.GetTimestamp();
        var server = new ServerUnderTest(Process.Start(command)!, console, address);
        try
        {
            await server.AwaitHealthAsync(started);
            server.TimeToHealth = Stopwatch.GetElapsedTime(started);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        process.Dispose();
    }

    /// <summary>The shell only points the console at a file, so that nobody has to read along, and becomes the server: the process id stays.</summary>
    private static ProcessStartInfo Command(string console, string? cpus)
    {
        string[] pinned = cpus is null ? [] : ["taskset", "-c", cpus];
        return new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", console, .. pinned, "dotnet", Repository.ServerProgram])
        {
            WorkingDirectory = Path.GetDirectoryName(Repository.ServerProgram),
        };
    }

    private static void Set(IDictionary<string, string?> environment, string database, string folder, IPEndPoint address)
    {
        environment["DOTNET_ENVIRONMENT"] = "Production";
        environment["ASPNETCORE_URLS"] = $"http://{address}";
        environment["Database__Url"] = database;
        environment["Data__Folder"] = folder;
        environment["Logs__Folder"] = Path.Combine(folder, "logs");

        // The lowest cost of bcrypt: sign-ups prepare a run, they are not what it measures.
        environment["Passwords__BcryptRounds"] = "4";
        environment["RateLimit__MessagesPerMinute"] = "0";

        // Counted, but never reached: counting is part of what is measured.
        environment["RateLimit__RequestsPerMinute"] = "10000000";
        environment["SocketIO__MaxPerAccount"] = "100000";
    }

    private async Task AwaitHealthAsync(long started)
    {
        while (Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The server ended with code {process.ExitCode}:\n{await File.ReadAllTextAsync(console)}");
            if (await IsHealthyAsync())
                return;
            await Task.Delay(PollInterval);
        }

        throw new TimeoutException($"The server did not answer on /health within {StartLimit.TotalSeconds} s.");
    }

    private async Task<bool> IsHealthyAsync()
    {
        try
        {
            using var http = await HttpConnection.OpenAsync(Address);
            return await http.ExchangeAsync(HealthRequest) == 200;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}

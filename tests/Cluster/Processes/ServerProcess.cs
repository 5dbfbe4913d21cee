using System.Diagnostics;
using System.Globalization;
using Stoa.TestSupport;
using Xunit;

namespace Cluster.Processes;

/// <summary>The built server as a process that can be killed and started again on the same data, at the same address.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    // One key for all servers of a test run: an access token of one is good at the other.
    private static readonly string Secret = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));

    private readonly ServerDatabase database;
    private readonly string folder;
    private readonly bool sharesKey;
    private Process? process;
    private TaskCompletionSource up = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="name">Of its folder within the database's: a node of its own, when there are several.</param>
    /// <param name="sharesKey">False: the server makes its key at the first start and keeps it in the folder.</param>
    public ServerProcess(ServerDatabase database, string name = "node", bool sharesKey = false)
    {
        this.database = database;
        this.sharesKey = sharesKey;
        folder = Path.Combine(database.Folder, name);
        Directory.CreateDirectory(folder);
        Address = new Uri($"http://127.0.0.1:{FreePort.Find()}");
    }

    public Uri Address { get; }

    /// <summary>Settings beside those that every test has, as environment variables.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>The words of a program that becomes the server, such as <c>unshare</c> with its options; none: it is started as it is.</summary>
    public IReadOnlyList<string> Within { get; init; } = [];

    public int ProcessId => process!.Id;

    public string LogFolder => Path.Combine(folder, "logs");

    /// <summary>Completes when the server answers; not complete from the moment before a kill until it answers again.</summary>
    public Task Up => Volatile.Read(ref up).Task;

    /// <summary>Starts the process and waits until it answers.</summary>
    public async Task StartAsync()
    {
        Start();
        await AwaitHealthAsync();
    }

    /// <summary>Starts the process without waiting.</summary>
    public void Start()
    {
        process?.Dispose();
        process = Process.Start(Command())!;
    }

    /// <summary>Waits until a server ends that cannot start.</summary>
    public async Task<int> ExitAsync()
    {
        await process!.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>Waits until the server answers; fails when it ends instead.</summary>
    public async Task AwaitHealthAsync()
    {
        using var http = new HttpClient { BaseAddress = Address };
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartLimit)
        {
            Assert.False(process!.HasExited, $"The server ended with {Exit()} instead of starting:\n{ConsoleTail()}");
            if (await AnswersAsync(http))
            {
                up.TrySetResult();
                return;
            }

            await Task.Delay(PollInterval, TestContext.Current.CancellationToken);
        }

        Assert.Fail($"The server did not answer within {StartLimit.TotalSeconds} s:\n{ConsoleTail()}");
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        IsDown();
        process!.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>SIGTERM; returns the exit code, or fails when the process is still there after the limit.</summary>
    public async Task<int> StopAsync(TimeSpan within)
    {
        IsDown();
        using (var kill = Process.Start("kill", ["-TERM", process!.Id.ToString(CultureInfo.InvariantCulture)]))
        using (var limit = new CancellationTokenSource(within))
        {
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"The server still runs {within.TotalSeconds} s after SIGTERM:\n{ConsoleTail()}");
            }
        }

        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { HasExited: false })
            await KillAsync();
        process?.Dispose();
    }

    /// <summary>The end of what it wrote to its console, over all its starts.</summary>
    public string ConsoleTail() => string.Join('\n', Console().Split('\n').TakeLast(30));

    /// <summary>All that it wrote to its console, over all its starts.</summary>
    public string Console() => File.Exists(ConsolePath) ? File.ReadAllText(ConsolePath) : "";

    /// <summary>Before the signal: whoever loses a connection to it must wait for the next start, not find the server still called up.</summary>
    private void IsDown()
    {
        if (up.Task.IsCompleted)
            Volatile.Write(ref up, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    // 128 and the number of the signal, when it was one.
    private int? Exit() => process is { HasExited: true } ? process.ExitCode : null;

    private string ConsolePath => Path.Combine(folder, "console.log");

    /// <summary>The program of the same configuration and framework as this test.</summary>
    internal static string Program()
    {
        // tests/Cluster/bin/<configuration>/<framework>/
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.Combine(SourceTree.Root, "src", "Stoa.Server", "bin", framework.Parent!.Name, framework.Name, "Stoa.Server.dll");
    }

    /// <summary>Nothing is compiled better for a process that lives for seconds: no profile of hot code, and none recompiled (100 ms, the runtime's own default) while it starts.</summary>
    internal static void StartQuickly(IDictionary<string, string?> environment) =>
        (environment["DOTNET_TieredPGO"], environment["DOTNET_TC_CallCountingDelayMs"]) = ("0", "0x64");

    /// <summary>The shell only points the console at a file and becomes the server: the process id stays.</summary>
    private ProcessStartInfo Command()
    {
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >>\"$0\" 2>&1", ConsolePath, .. Within, "dotnet", Program()])
        {
            WorkingDirectory = Path.GetDirectoryName(Program()),
        };
        var environment = start.Environment;
        StartQuickly(environment);
        environment["DOTNET_ENVIRONMENT"] = "Production";
        environment["ASPNETCORE_URLS"] = Address.GetLeftPart(UriPartial.Authority);
        environment["Database__Url"] = database.Target.Connection;
        environment["Data__Folder"] = folder;
        environment["Logs__Folder"] = LogFolder;
        environment["Passwords__BcryptRounds"] = "4";
        environment["RateLimit__MessagesPerMinute"] = "0";
        environment["RateLimit__RequestsPerMinute"] = "1000000";
        environment["Outbox__Lease"] = "00:00:02";
        environment["Outbox__SweepInterval"] = "00:00:01";
        if (sharesKey)
            environment["Tokens__Secret"] = Secret;
        foreach (var (name, value) in Settings)
            environment[name] = value;
        return start;
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/health", TestContext.Current.CancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

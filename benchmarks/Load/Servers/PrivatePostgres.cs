using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Stoa.Load.Measuring;

namespace Stoa.Load.Servers;

/// <summary>A PostgreSQL server with the durability it has by default (fsync and synchronous_commit on).</summary>
/// <remarks>
/// The one of <c>STOA_BENCH_POSTGRES</c> (a connection string without a database) when that is set; else a private one, started in the work
/// folder with the newest installed binaries and stopped at the end.
/// </remarks>
public sealed class PrivatePostgres : IAsyncDisposable
{
    private const string Options = "-c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=256MB";
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process? process;
    private int databases;

    private PrivatePostgres(string connection, Process? process)
    {
        Connection = connection;
        this.process = process;
    }

    /// <summary>Without a database.</summary>
    public string Connection { get; }

    /// <summary>CPU seconds of the server and all its backends; zero when it is not ours to look at.</summary>
    public double CpuSeconds => process is null ? 0 : ProcessFacts.CpuSecondsOfFamily(process.Id);

    public static async Task<PrivatePostgres> StartAsync(WorkFolder work)
    {
        if (Environment.GetEnvironmentVariable("STOA_BENCH_POSTGRES") is { Length: > 0 } given)
            return new PrivatePostgres(given, null);

        var bin = Binaries();
        var folder = work.New("postgres");
        var data = Path.Combine(folder, "data");
        if (Environment.UserName == "root")
            await RunAsync("chown", ["postgres", folder]);
        var (program, prefix) = AsPostgres(Path.Combine(bin, "initdb"));
        await RunAsync(program, [.. prefix, "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]);

        var port = FreePort.Find();
        (program, prefix) = AsPostgres(Path.Combine(bin, "postgres"));
        var process = Process.Start(new ProcessStartInfo(
            program, [.. prefix, "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture), "-k", folder, .. Options.Split(' ')])
            { RedirectStandardError = true, WorkingDirectory = folder })!;
        process.BeginErrorReadLine();
        var server = new PrivatePostgres($"Host=127.0.0.1;Port={port};Username=postgres", process);
        await server.AwaitStartAsync();
        return server;
    }

    /// <summary>Makes an empty database; returns its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"stoa_load_{Environment.ProcessId}_{++databases}");
        await AskAsync($"CREATE DATABASE {name}");
        return $"{Connection};Database={name}";
    }

    public Task DropAsync(string database) =>
        AskAsync($"DROP DATABASE {new NpgsqlConnectionStringBuilder(database).Database} WITH (FORCE)");

    public async Task<string> VersionAsync() =>
        $"{await AskAsync("SHOW server_version")}, fsync {await AskAsync("SHOW fsync")}, synchronous_commit {await AskAsync("SHOW synchronous_commit")}";

    public async ValueTask DisposeAsync()
    {
        if (process is null)
            return;

        // SIGINT is PostgreSQL's fast shutdown.
        using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        using var limit = new CancellationTokenSource(StopLimit);
        await process.WaitForExitAsync(limit.Token);
        process.Dispose();
    }

    // Never synchronously: the driver would wait for the socket thread, which may be the one that runs this.
    private async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{Connection};Database=postgres;Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task AwaitStartAsync()
    {
        for (var left = 300; ; left--)
        {
            try
            {
                await AskAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (left > 0 && !process!.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    private static string Binaries() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Path.Combine(Directory.GetDirectories("/usr/lib/postgresql").MaxBy(static d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture))!, "bin")
            : throw new InvalidOperationException("PostgreSQL is not installed; set STOA_BENCH_POSTGRES to a server's connection string.");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static (string Program, string[] Prefix) AsPostgres(string program) => Environment.UserName == "root"
        ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program])
        : (program, []);

    private static async Task RunAsync(string program, IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await output}{errors}");
    }
}

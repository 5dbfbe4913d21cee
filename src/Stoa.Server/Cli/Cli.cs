using Microsoft.AspNetCore.Connections;
using Stoa.Core.Data;
using Stoa.Core.Data.Backups;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary>The program's verbs. Without one, or with <c>serve</c>, it is the server.</summary>
public static class Cli
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Misused = 2;

    /// <summary>EX_CONFIG of sysexits.h: starting again does not help before the settings are changed (systemd: <c>RestartPreventExitStatus=78</c>).</summary>
    public const int BadSettings = 78;

    private static readonly Verb[] Verbs =
    [
        new("migrate", "up [NAME] | down NAME | down -1 | current | history | check | sql | unlock", Migrate.RunAsync),
        new("create-admin", "--username U --email E [--password P]: make a superuser", CreateAdminVerb.RunAsync),
        new("check-config", "print every setting with its value and source; exit 78 when one is wrong", CheckConfig.RunAsync),
        new("backup", "FILE [--force]: a copy of the record and the signing key, while servers run", Backup.RunAsync),
        new("rotate-key", "[--retire [--force]]: a new signing key before the old ones; --retire removes those", RotateKey.RunAsync),
        new("restore", "FILE [--force]: bring a backup back, into an empty place", Restore.RunAsync),
        new("doctor", "check settings, database, folders, clock, key, TLS, bucket, Redis, mail and Twilio; exit 1 when one fails", Doctor.RunAsync),
        new("try-redaction", "FILE... [--lines]: what the scanner takes out of example messages, one a line", TryRedaction.RunAsync),
    ];

    /// <summary>Runs the verb, or the server, and says on the standard error why when settings or tables do not allow it.</summary>
    /// <param name="serve">Starts the server with the options of the command line and returns when it has stopped.</param>
    /// <returns>The exit code of the process.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], Task<int>> serve)
    {
        OwnerOnlyProcess.Begin();
        var line = CommandLine.Read(args);
        try
        {
            if (line.Options.Contains("--version") || line is { Verb: "version" or "-v", Operands.Count: 0 })
                return await SayAsync(Ok, $"Stoa {ProductVersion.Text}");
            if (line.Verb is "help" or "-h" || line.Options.Contains("--help"))
                return ExplainVerb(line.Verb);
            if (line.WithoutValue is { } option && line.Verb == "serve")
                return await SayAsync(Misused, $"the option {option} has no value; settings are written --Area:Key=value");
            if (line is { Verb: "serve", Operands.Count: 0 })
                return await serve([.. line.Options]);
            return Array.Find(Verbs, verb => verb.Name == line.Verb) is { } found
                ? await RunVerbAsync(found, line)
                : Explain(Console.Error, Misused);
        }
        catch (SettingsException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return BadSettings;
        }
        catch (BackupException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return Failed;
        }
        catch (MigrationsPendingException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return Failed;
        }
        catch (Exception fault) when (StartFault.Of(fault, settings: null) is { } said)
        {
            return await SayAsync(said.Code, said.Text);
        }
        catch (IOException refused) when (refused.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{refused.Message} Is another server running? Listen:Port or --urls choose another port.");
            return Failed;
        }
    }

    private static async Task<int> RunVerbAsync(Verb verb, CommandLine line)
    {
        using var stop = new CancellationTokenSource();
        ConsoleCancelEventHandler onCancel = (_, e) =>
        {
            // A migration is rolled back instead of cut off.
            e.Cancel = true;
            stop.Cancel();
        };
        Console.CancelKeyPress += onCancel;
        try
        {
            return await verb.RunAsync(line, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Failed;
        }
        finally
        {
            Console.CancelKeyPress -= onCancel;
        }
    }

    /// <summary>One line: to the standard output when all is well, to the standard error otherwise.</summary>
    internal static async Task<int> SayAsync(int code, string text)
    {
        await (code == Ok ? Console.Out : Console.Error).WriteLineAsync(text);
        return code;
    }

    /// <summary>One verb's own line, or all of them.</summary>
    private static int ExplainVerb(string name)
    {
        if (Array.Find(Verbs, verb => verb.Name == name) is not { } verb)
            return Explain(Console.Out, Ok);
        Console.Out.WriteLine($"usage: {verb.Name} {verb.Summary}");
        Console.Out.WriteLine("       [--Area:Key=value ...]: settings that override those of files and environment");
        return Ok;
    }

    private static int Explain(TextWriter output, int code)
    {
        output.WriteLine("usage: [VERB] [--Area:Key=value ...]    VERB --help: about one of them    --version");
        output.WriteLine();
        foreach (var verb in Verbs.Prepend(new Verb("serve", "start the server (also without a verb)", (_, _) => Task.FromResult(Ok))))
            output.WriteLine($"  {verb.Name,-15}{verb.Summary}");
        return code;
    }

    private sealed record Verb(string Name, string Summary, Func<CommandLine, CancellationToken, Task<int>> RunAsync);
}

using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Identity;

namespace Stoa.Server.Cli;

/// <summary><c>create-admin --username U --email E [--password P]</c>: makes a superuser, without a running server (contract E.9.14, E.9.16).</summary>
/// <remarks>The password comes from the option, from <c>STOA_ADMIN_PASSWORD</c>, or from a prompt that does not show it.</remarks>
internal static class CreateAdminVerb
{
    private const string PasswordVariable = "STOA_ADMIN_PASSWORD";

    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        line = line.Take("username", out var username).Take("email", out var email).Take("password", out var password);
        if (line.Operands.Count > 0 || username is null || email is null)
            return await SayAsync(Cli.Misused, "usage: create-admin --username U --email E; the password is asked for, read from the standard input, or from STOA_ADMIN_PASSWORD (--password P shows it to every user of the machine)");

        password ??= Environment.GetEnvironmentVariable(PasswordVariable) ?? Prompt();
        if (string.IsNullOrEmpty(password))
            return await SayAsync(Cli.Failed, $"no password was given: type it when asked, write it to the standard input, or put it into {PasswordVariable}");
        if (!new UsernameAttribute().IsValid(username))
            return await SayAsync(Cli.Failed, new UsernameAttribute().FormatErrorMessage(""));
        if (!new MailAddressAttribute().IsValid(email))
            return await SayAsync(Cli.Failed, new MailAddressAttribute().FormatErrorMessage(""));
        if (!new NewPasswordAttribute().IsValid(password))
            return await SayAsync(Cli.Failed, new NewPasswordAttribute().FormatErrorMessage(""));

        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        await using var db = StoaDbServices.Open(settings.Database.Target);
        if (settings.Database.MigrateOnStart)
            await StartupMigration.ApplyAsync(db, NullLogger.Instance, cancellation);
        using var passwords = new PasswordHashing(settings.Passwords.BcryptRounds, threads: 1, queueLength: 1, TimeProvider.System);
        var made = await new CreateAdmin(db, passwords, new PasswordRules(settings), TimeProvider.System).Handle(new(username, email, password), cancellation);
        return made.Refusal is { } refusal
            ? await SayAsync(Cli.Failed, refusal.Text)
            : await SayAsync(Cli.Ok, $"{made.Value.Username} is a superuser with the id {made.Value.Id}");
    }

    private static async Task<int> SayAsync(int code, string text)
    {
        await (code == Cli.Ok ? Console.Out : Console.Error).WriteLineAsync(text);
        return code;
    }

    /// <summary>Null when there is nobody to ask.</summary>
    private static string? Prompt()
    {
        if (Console.IsInputRedirected)
            return Console.In.ReadLine();

        Console.Error.Write("Password: ");
        var typed = new System.Text.StringBuilder();
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace)
                typed.Append(key.KeyChar);
            else if (typed.Length > 0)
                typed.Length--;
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }
}

using Stoa.Server.Cli.Checks;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli;

/// <summary><c>doctor</c>: looks at everything the server needs, changes nothing, says one line for each.</summary>
internal static class Doctor
{
    // Longer than any healthy answer takes; quick_check of a large file is the one check without a limit.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>0 unless a check fails; a warning is no failure.</returns>
    public static async Task<int> RunAsync(CommandLine line, CancellationToken cancellation)
    {
        if (line.Operands.Count > 0 || line.HasUnknownOptions)
            return await Cli.SayAsync(Cli.Misused, "usage: doctor [--Area:Key=value ...]");
        var settings = SettingsHosting.CreateBuilder([.. line.Options]).AddSettings();
        var clock = TimeProvider.System;
        var findings = new List<Finding> { Finding.Ok("settings", "all in range") };
        findings.AddRange(settings.Notes.Select(static note => Finding.Warn("settings", note)));
        findings.AddRange(await DatabaseChecks.RunAsync(settings, clock, Patience, cancellation));
        findings.AddRange(FileChecks.Run(settings, clock));
        findings.Add(await BucketCheck.RunAsync(settings.S3, Patience, cancellation));
        findings.Add(await RedisCheck.RunAsync(settings.Redis, Patience));
        findings.Add(await MailCheck.RunAsync(settings.Mail, Patience, cancellation));
        findings.Add(await SmsCheck.RunAsync(settings.Sms, Patience, cancellation));
        foreach (var finding in findings)
            await Console.Out.WriteLineAsync(finding.ToString());
        return findings.Exists(static f => f.Level == Level.Fail) ? Cli.Failed : Cli.Ok;
    }
}

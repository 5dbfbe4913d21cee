using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Stoa.Server.Hosting.Logs;
using Stoa.Server.Hosting.Settings;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

public sealed class LogsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-logs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory, Requirement("S1-77")]
    [InlineData("Stoa.Auth", "auth.log")]
    [InlineData("Stoa.Auth.Tokens", "auth.log")]
    [InlineData("Stoa.Server.Identity.LogIn", "auth.log")]
    [InlineData("Stoa.Messages", "messages.log")]
    [InlineData("Stoa.Server.Messaging.SendMessage", "messages.log")]
    [InlineData("Stoa.Reports", "reports.log")]
    [InlineData("Stoa.Twilio", "twilio_webhook.log")]
    [InlineData("Microsoft.EntityFrameworkCore.Database.Command", "database.log")]
    [InlineData("Npgsql.Connection", "database.log")]
    [InlineData("Stoa.Authors", "app.log")]
    [InlineData("Something.Else", "app.log")]
    public async Task An_event_lands_in_the_file_of_its_area(string category, string file)
    {
        await LogAsync(category, static log => log.LogWarning("here"));

        Assert.Contains(" here", Text(file), StringComparison.Ordinal);
        Assert.Equal([file], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact, Requirement("S1-80")]
    public async Task A_line_is_time_logger_level_and_message()
    {
        await LogAsync("Stoa.Auth", static log => log.LogWarning("session.opened user={UserId} by {Door}", 7, "http"));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z Stoa\.Auth WARNING session\.opened user=7 by http\n$", Text("auth.log"));
    }

    [Fact]
    public async Task Nobody_can_forge_a_line_by_sending_a_line_break()
    {
        await LogAsync("Stoa.Auth", static log => log.LogWarning("user {Name}", "eve\r\n2026-01-01T00:00:00.000Z Stoa.Auth INFO all is well\u001b[2J\u2028"));

        Assert.Single(File.ReadAllLines(Path.Combine(folder, "auth.log")));
        Assert.Contains(@"eve\r\n2026", Text("auth.log"), StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', Text("auth.log"));
    }

    [Fact]
    public async Task An_exception_follows_on_indented_lines()
    {
        await LogAsync("Stoa.Auth", static log => log.LogError(new InvalidOperationException("first\nsecond"), "failed"));

        var lines = File.ReadAllLines(Path.Combine(folder, "auth.log"));
        Assert.EndsWith("ERROR failed", lines[0], StringComparison.Ordinal);
        Assert.All(lines[1..], static line => Assert.StartsWith("    ", line, StringComparison.Ordinal));
        Assert.Contains("    second", lines);
    }

    [Fact, Requirement("S1-78", "S1-79")]
    public async Task A_full_file_is_followed_by_a_new_one_and_the_oldest_go()
    {
        const int Lines = 6000;
        await LogAsync("Stoa.Auth", static log =>
        {
            for (var i = 0; i < Lines; i++)
                log.LogWarning("line {Number} {Filling}", i, new string('x', 60));
        }, new LogsSettings { Folder = folder, MaxFileBytes = 10_000, KeptFiles = 50 });

        var files = Directory.GetFiles(folder).Select(static f => new FileInfo(f)).OrderBy(static f => f.Name, StringComparer.Ordinal).ToList();
        Assert.Equal(50, files.Count);
        Assert.All(files, static file => Assert.InRange(file.Length, 1, 10_200));
        Assert.Contains($"line {Lines - 1} ", File.ReadAllText(files[^1].FullName), StringComparison.Ordinal);
        Assert.DoesNotContain(files, static file => file.Name == "auth.log");
    }

    [Fact, Requirement("S1-78", "S1-79")]
    public void Unless_configured_a_file_holds_one_megabyte_and_fifty_are_kept()
    {
        var settings = new LogsSettings();

        Assert.Equal((1_000_000, 50), (settings.MaxFileBytes, settings.KeptFiles));
    }

    [Theory]
    [InlineData("Request starting HTTP/1.1 GET http://x/auth/validate-reset-token/abc123 - -", "Request starting HTTP/1.1 GET http://x/auth/validate-reset-token/*** - -")]
    [InlineData("POST /api/v1/users/verify-email/abc123?a=b", "POST /api/v1/users/verify-email/***?a=b")]
    [InlineData("GET /socket.io/?EIO=4&token=a.b.c&x=1", "GET /socket.io/?EIO=4&token=***&x=1")]
    [InlineData("GET /api/files/7?expires=1768478400&sig=0a1b", "GET /api/files/7?expires=1768478400&sig=***")]
    [InlineData("POST /api/v1/users/me/verify-email", "POST /api/v1/users/me/verify-email")]
    [InlineData("nothing to hide", "nothing to hide")]
    public async Task Tokens_in_addresses_are_masked_in_files_and_on_the_console(string said, string written)
    {
        await LogAsync("Stoa.Auth", log => log.LogWarning("{Line}", said));
        Assert.EndsWith($" {written}\n", Text("auth.log"), StringComparison.Ordinal);

        using var services = new ServiceCollection()
            .AddLogging(static b => b.AddSimpleConsole(static c => c.SingleLine = true).AddConsoleFormatter<MaskedConsole, ConsoleFormatterOptions>()).BuildServiceProvider();
        using var console = new StringWriter();
        services.GetServices<ConsoleFormatter>().OfType<MaskedConsole>().Single()
            .Write(new LogEntry<string>(LogLevel.Warning, "Stoa.Auth", default, said, null, static (line, _) => line), null, console);
        Assert.Contains(written, console.ToString(), StringComparison.Ordinal);
        Assert.Contains("Stoa.Auth", console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_below_the_level_are_left_out()
    {
        await LogAsync("Stoa.Auth", static log =>
        {
            log.LogInformation("quiet");
            log.LogWarning("loud");
        }, new LogsSettings { Folder = folder, Level = LogLevel.Warning });

        Assert.DoesNotContain("quiet", Text("auth.log"), StringComparison.Ordinal);
        Assert.Contains("loud", Text("auth.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_folder_there_are_no_files()
    {
        await LogAsync("Stoa.Auth", static log => log.LogWarning("here"), new LogsSettings { Folder = "" });

        Assert.Empty(Directory.GetFiles(folder));
    }

    /// <summary>Logs through a host set up as the server's is, and stops it, so that the files are closed.</summary>
    private async Task LogAsync(string category, Action<ILogger> write, LogsSettings? settings = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.AddLogs(new StoaSettings { Logs = settings ?? new LogsSettings { Folder = folder } });
        builder.Logging.AddFilter<ConsoleLoggerProvider>(static _ => false);
        await using var services = builder.Services.BuildServiceProvider();
        write(services.GetRequiredService<ILoggerFactory>().CreateLogger(category));
    }

    private string Text(string file) => File.ReadAllText(Path.Combine(folder, file));
}

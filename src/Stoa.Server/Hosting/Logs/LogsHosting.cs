using Microsoft.Extensions.Logging.Console;
using Serilog;
using Serilog.Extensions.Logging;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Logs;

/// <summary>Brings the logs into a host.</summary>
public static class LogsHosting
{
    /// <summary>The console, one line an event, and the area files unless <c>Logs:Folder</c> is empty.</summary>
    /// <remarks>
    /// A logger's area follows from its category: <c>Stoa.Auth</c> (and what is in the Identity module) writes to auth.log,
    /// <c>Stoa.Messages</c> to messages.log, <c>Stoa.Reports</c> to reports.log, <c>Stoa.Twilio</c> to twilio_webhook.log, the database's own
    /// to database.log, everything else to app.log.
    /// </remarks>
    public static void AddLogs(this WebApplicationBuilder builder, StoaSettings settings)
    {
        builder.Logging.ClearProviders();
        builder.Logging.SetMinimumLevel(settings.Logs.Level);
        builder.Logging.AddSimpleConsole(static console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
        });
        builder.Logging.AddConsoleFormatter<MaskedConsole, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(static console => console.FormatterName = MaskedConsole.FormatterName);
        if (settings.Logs.Folder.Length == 0)
            return;

        // A line for every commit of messages belongs on file, not on a screen.
        builder.Logging.AddFilter<ConsoleLoggerProvider>("Stoa.Server.Messaging.MessagesLog", LogLevel.Warning);

        // Made by the container, so that it closes the files when the host stops.
        builder.Services.AddSingleton<ILoggerProvider>(_ => new SerilogLoggerProvider(
            new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new AreaFiles(settings.Logs)).CreateLogger(), dispose: true));
    }
}

using Serilog;
using Serilog.Core;
using Serilog.Events;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Logs;

/// <summary><c>auth.log</c>, <c>messages.log</c> …: one file an area, followed by <c>auth_001.log</c> … when full, the oldest removed.</summary>
/// <remarks>The highest number is the newest. Each line is handed to the system at once, so a killed process loses none.</remarks>
internal sealed class AreaFiles : ILogEventSink, IDisposable
{
    private readonly Dictionary<string, Logger> files;

    public AreaFiles(LogsSettings settings) => files = LogAreas.All.ToDictionary(
        static area => area,
        area => new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.File(
            new LineFormat(),
            Path.Combine(settings.Folder, area + ".log"),
            fileSizeLimitBytes: settings.MaxFileBytes,
            rollOnFileSizeLimit: true,
            retainedFileCountLimit: settings.KeptFiles).CreateLogger(),
        StringComparer.Ordinal);

    public void Emit(LogEvent logEvent) => files[LogAreas.Of(LineFormat.CategoryOf(logEvent))].Write(logEvent);

    public void Dispose()
    {
        foreach (var file in files.Values)
            file.Dispose();
    }
}

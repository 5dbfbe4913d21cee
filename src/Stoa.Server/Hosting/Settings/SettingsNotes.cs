namespace Stoa.Server.Hosting.Settings;

/// <summary>Logs at the start what an operator should know about the settings.</summary>
internal sealed partial class SettingsNotes(StoaSettings settings, ILogger<SettingsNotes> log) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var note in settings.Notes)
            Noted(note);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(1, LogLevel.Information, "settings.note {Note}")]
    private partial void Noted(string note);
}

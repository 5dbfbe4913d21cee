using System.Globalization;
using System.Text;

namespace Stoa.Server.Messaging.Sms.Sending;

/// <summary>Writes each SMS to a file of its own, <c>20260115T120000Z-42.sms</c>: lines <c>From:</c> and <c>To:</c>, an empty one, the text.</summary>
/// <remarks>Whole or not at all: written under another name, flushed, then moved. Only the server's own account may read the files.</remarks>
public sealed class FolderSender(string folder, TimeProvider clock) : ISmsSender
{
    public async Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation)
    {
        try
        {
            CreateFolder();
            var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.sms");
            var unfinished = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
            await WriteAsync($"From: {sms.From}\nTo: {sms.To}\n\n{sms.Text}\n", unfinished, cancellation);
            File.Move(unfinished, Path.Combine(folder, name), overwrite: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SmsDelayedException($"The folder {folder} cannot be written", fault);
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task WriteAsync(string text, string path, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using var file = new FileStream(path, options);
            await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}

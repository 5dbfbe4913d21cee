using System.Globalization;
using MimeKit;
using Stoa.Server.Jobs;

namespace Stoa.Server.Mail.Sending;

/// <summary>Writes each mail to a file of its own, <c>20260115T120000Z-42.eml</c>, which mail programs open.</summary>
/// <remarks>
/// Whole or not at all: written under another name, flushed, then moved. Only the server's own account may read the files: they hold links
/// that change passwords.
/// </remarks>
public sealed class FolderSender(string folder) : IMailSender
{
    private static readonly FormatOptions Internet = Crlf();

    public async Task SendAsync(MimeMessage message, long id, CancellationToken cancellation)
    {
        try
        {
            CreateFolder();
            var name = string.Create(CultureInfo.InvariantCulture, $"{message.Date.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.eml");
            var unfinished = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
            await WriteAsync(message, unfinished, cancellation);
            File.Move(unfinished, Path.Combine(folder, name), overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SendingDelayedException($"The folder {folder} cannot be written: {fault.Message}", isCarrierGone: true, fault);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static async Task WriteAsync(MimeMessage message, string path, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using var file = new FileStream(path, options);
            await message.WriteToAsync(Internet, file, cancellation);
            await file.FlushAsync(cancellation);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static FormatOptions Crlf()
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        options.EnsureNewLine = true;
        return options;
    }
}

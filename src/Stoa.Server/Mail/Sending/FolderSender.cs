using System.Globalization;
using MimeKit;
using Stoa.Core;
using Stoa.Server.Jobs;

namespace Stoa.Server.Mail.Sending;

/// <summary>Writes each mail to a file of its own, <c>20260115T120000Z-42.eml</c>, which mail programs open.</summary>
/// <remarks>Whole or not at all, and for the server's own account alone: mails hold links that change passwords.</remarks>
public sealed class FolderSender(string folder) : IMailSender
{
    private static readonly FormatOptions Internet = Crlf();

    public async Task SendAsync(MimeMessage message, long id, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        await message.WriteToAsync(Internet, content, cancellation);
        content.Position = 0;
        try
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{message.Date.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.eml");
            await OwnerOnlyFiles.PlaceAsync(folder, name, content, cancellation);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SendingDelayedException($"The folder {folder} cannot be written: {fault.Message}", isCarrierGone: true, fault);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static FormatOptions Crlf()
    {
        var options = FormatOptions.Default.Clone();
        options.NewLineFormat = NewLineFormat.Dos;
        options.EnsureNewLine = true;
        return options;
    }
}

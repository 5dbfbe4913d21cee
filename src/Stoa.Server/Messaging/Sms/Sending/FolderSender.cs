using System.Globalization;
using System.Text;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging.Sms.Sending;

/// <summary>Writes each SMS to a file of its own, <c>20260115T120000Z-42.sms</c>: lines <c>From:</c> and <c>To:</c>, an empty one, the text.</summary>
/// <remarks>Whole or not at all: written under another name, flushed, then moved. Only the server's own account may read the files.</remarks>
public sealed class FolderSender(string folder, TimeProvider clock) : ISmsSender
{
    public async Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation)
    {
        try
        {
            OwnerOnlyFiles.MakeFolder(folder);
            var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.sms");
            var unfinished = Path.Combine(folder, $".{name}.{Guid.NewGuid():N}");
            using var text = new MemoryStream(Encoding.UTF8.GetBytes($"From: {sms.From}\nTo: {sms.To}\n\n{sms.Text}\n"));
            await OwnerOnlyFiles.FillAsync(unfinished, text, cancellation);
            File.Move(unfinished, Path.Combine(folder, name), overwrite: true);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SendingDelayedException($"The folder {folder} cannot be written", isCarrierGone: true, fault);
        }
    }
}

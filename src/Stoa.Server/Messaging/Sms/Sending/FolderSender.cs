using System.Globalization;
using System.Text;
using Stoa.Core;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging.Sms.Sending;

/// <summary>Writes each SMS to a file of its own, <c>20260115T120000Z-42.sms</c>: lines <c>From:</c> and <c>To:</c>, an empty one, the text.</summary>
/// <remarks>Whole or not at all, and for the server's own account alone.</remarks>
public sealed class FolderSender(string folder, TimeProvider clock) : ISmsSender
{
    public async Task<string?> SendAsync(OutgoingSms sms, long id, CancellationToken cancellation)
    {
        try
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{clock.GetUtcNow().UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{id}.sms");
            using var text = new MemoryStream(Encoding.UTF8.GetBytes($"From: {sms.From}\nTo: {sms.To}\n\n{sms.Text}\n"));
            await OwnerOnlyFiles.PlaceAsync(folder, name, text, cancellation);
            return null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new SendingDelayedException($"The folder {folder} cannot be written", isCarrierGone: true, fault);
        }
    }
}

using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>Looks through uploaded text files for contact details when they are attached.</summary>
public sealed class TextFiles(StoaDb db, IFileStore store)
{
    /// <summary>What is longer is not looked through, and therefore counts as if it had one.</summary>
    public const int MaxBytes = 256 * 1024;

    private const string Text = "text/plain";

    /// <summary>Whether it is a text file that gives a contact away, or one too long to tell. One query and one file for each.</summary>
    internal async Task<bool> HasContactAsync(ContactScanner scanner, long uploadId, CancellationToken cancellation)
    {
        var upload = await db.Uploads.AsNoTracking().Where(u => u.Id == uploadId && u.Mime == Text)
            .Select(static u => new { u.StorageKey, u.Size }).SingleOrDefaultAsync(cancellation);
        if (upload is null)
            return false;
        if (upload.Size > MaxBytes)
            return true;
        await using var bytes = await store.OpenAsync(upload.StorageKey, cancellation);
        if (bytes is null)
            return false;
        using var reader = new StreamReader(bytes, Encoding.UTF8);
        return scanner.Scan(await reader.ReadToEndAsync(cancellation)).Count > 0;
    }
}

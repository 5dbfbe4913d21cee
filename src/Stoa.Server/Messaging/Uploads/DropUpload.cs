using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Files;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Takes back a file that no message has yet, by its owner; the bytes are removed with it.</summary>
/// <remarks>A send and a removal at once: whichever comes first wins. Refusal: <c>attachment.not_found</c> (also the second time, and once it is sent).</remarks>
public sealed class DropUpload(StoaDb db, IFileStore store, TimeProvider clock)
{
    public async Task<Outcome<Done>> Handle(long id, Caller owner, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var mine = db.Uploads.Where(u => u.Id == id && u.OwnerId == owner.UserId && u.MessageSeq == null && u.ErasedAt == null && u.Size > 0);
        var key = await mine.Select(u => u.StorageKey).SingleOrDefaultAsync(cancellation);
        if (key is null || await db.WriteAsync(() => mine.ExecuteUpdateAsync(u => u.SetProperty(x => x.ErasedAt, now), cancellation), cancellation) == 0)
            return Upload.NotFound;

        // From here on the sweep would do it too.
        await store.DeleteAsync(key, cancellation);
        await db.WriteAsync(() => db.Uploads.Where(u => u.Id == id).ExecuteDeleteAsync(cancellation), cancellation);
        return default(Done);
    }
}

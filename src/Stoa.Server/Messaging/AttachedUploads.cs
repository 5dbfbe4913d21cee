using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Messaging.Uploads;

namespace Stoa.Server.Messaging;

/// <summary>Finds the uploads that a message names, by id or by an address of this server, and lets the record speak for them: name, type and size.</summary>
/// <remarks>
/// Only the sender's own: naming an id is no way to see a stranger's file. Refusal: <c>attachment.not_found</c>. Whether another message has the upload is decided
/// where the message is written (<see cref="MessageLog"/>), so that a repeated send finds its first message.
/// </remarks>
public sealed class AttachedUploads(StoaDb db, FileLinks links)
{
    internal async Task<Outcome<IReadOnlyList<Attachment>?>> FindAsync(IReadOnlyList<Attachment>? attachments, Caller sender, CancellationToken cancellation)
    {
        if (attachments is not { Count: > 0 })
            return Outcome.Of<IReadOnlyList<Attachment>?>(null);
        var named = attachments.Select(Named).ToList();
        var ids = named.SelectMany(static a => new[] { a.UploadId, a.ThumbnailUploadId }).OfType<long>().Distinct().ToList();
        if (ids.Count == 0)
            return Outcome.Of<IReadOnlyList<Attachment>?>(named);

        var owner = sender.AuthorId ?? sender.UserId;
        var mine = await db.Uploads.AsNoTracking().Where(u => ids.Contains(u.Id) && u.OwnerId == owner && u.ErasedAt == null && u.Size > 0)
            .ToDictionaryAsync(static u => u.Id, cancellation);
        return mine.Count == ids.Count ? Outcome.Of<IReadOnlyList<Attachment>?>(named.ConvertAll(a => Described(a, mine))) : Upload.NotFound;
    }

    /// <summary>An upload keeps no address: each reader gets one that is good for a while.</summary>
    private Attachment Named(Attachment given)
    {
        var named = (given.UploadId ?? links.UploadIn(given.Url)) is { } id ? given with { UploadId = id, Url = null } : given;
        return (given.ThumbnailUploadId ?? links.UploadIn(given.ThumbnailUrl)) is { } thumbnail ? named with { ThumbnailUploadId = thumbnail, ThumbnailUrl = null } : named;
    }

    private static Attachment Described(Attachment named, Dictionary<long, Upload> mine) =>
        named.UploadId is { } id && mine[id] is var upload ? named with { Name = upload.Name, Mime = upload.Mime, Size = upload.Size } : named;
}

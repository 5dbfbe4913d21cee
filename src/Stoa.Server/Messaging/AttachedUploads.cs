using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Ties uploads to the conversation of the message that names them: from then on its participants may fetch them.</summary>
/// <remarks>Only the uploader's own, and only into one conversation: naming an id is no way to see a stranger's file. Refusal: <c>attachment.not_found</c>.</remarks>
public sealed class AttachedUploads(StoaDb db)
{
    internal async Task<Refusal?> ClaimAsync(IReadOnlyList<Attachment>? attachments, long conversationId, Caller sender, CancellationToken cancellation)
    {
        var ids = attachments?.Where(static a => a.UploadId is not null).Select(static a => a.UploadId!.Value).Distinct().ToList();
        if (ids is not { Count: > 0 })
            return null;

        var owner = sender.AuthorId ?? sender.UserId;
        var mine = db.Uploads.Where(u => ids.Contains(u.Id) && u.OwnerId == owner && (u.ConversationId == null || u.ConversationId == conversationId));
        var claimed = await db.WriteAsync(() => mine.ExecuteUpdateAsync(u => u.SetProperty(x => x.ConversationId, conversationId), cancellation), cancellation);
        return claimed == ids.Count ? null : Upload.NotFound;
    }
}

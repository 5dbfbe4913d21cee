using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Opens an upload for reading: with a link, or as somebody who may see the message that has it.</summary>
/// <remarks>
/// A file that waits for its message: its owner alone. One in a message: who takes part in the conversation and has not deleted the message; administrators for the
/// support desk's inboxes. Anybody else gets the same answer as for a file that is not there.
/// Refusals: <c>attachment.not_found</c>; with a link also <c>file.link_invalid</c>, <c>file.link_expired</c>.
/// </remarks>
public sealed class FetchFile(StoaDb db, IFileStore store, FileLinks links, SessionGate sessions)
{
    /// <param name="Bytes">Can seek; whoever gets it disposes it.</param>
    /// <param name="GoodFor">How much longer the link is good; zero without one.</param>
    public sealed record Opened(Upload Upload, Stream Bytes, TimeSpan GoodFor);

    /// <summary>By bearer. The bytes end early when the session does, or when the reader may see the file no longer.</summary>
    public async Task<Outcome<Opened>> Handle(long id, Caller reader, CancellationToken cancellation)
    {
        var opened = await OpenAsync(VisibleTo(reader, id), TimeSpan.Zero, cancellation);
        if (opened.Refusal is not null)
            return opened;

        var known = reader;
        return opened.Value with { Bytes = new GuardedStream(opened.Value.Bytes, MayStillAsync) };

        async ValueTask<bool> MayStillAsync(CancellationToken stop)
        {
            if (await sessions.FindAsync(new AccessClaims(reader.UserId, reader.SessionId), stop) is not { } now)
                return false;
            if (now.RightsVersion != known.RightsVersion && !await VisibleTo(now, id).AnyAsync(stop))
                return false;
            known = now;
            return true;
        }
    }

    private IQueryable<Upload> VisibleTo(Caller reader, long id) => db.Uploads.Where(u => u.Id == id && (
            (u.MessageSeq == null && u.OwnerId == reader.UserId)
            || db.Messages.Any(m => m.ConversationId == u.ConversationId && m.Seq == u.MessageSeq && m.ErasedAt == null
                && !(m.SenderId == reader.UserId && m.HiddenFromSender) && !(m.RecipientId == reader.UserId && m.HiddenFromRecipient)
                && (db.Participants.Any(p => p.ConversationId == m.ConversationId && p.UserId == reader.UserId && p.LeftAt == null)
                    || (reader.IsAdmin && db.Conversations.Any(c => c.Id == m.ConversationId && c.Kind == ConversationKind.Support))))));

    /// <summary>By link; who has one was let in when it was made.</summary>
    public async Task<Outcome<Opened>> Handle(long id, string? expires, string? signature, CancellationToken cancellation)
    {
        var good = links.Check(id, expires, signature);
        return good.Refusal is { } refusal ? refusal : await OpenAsync(db.Uploads.Where(u => u.Id == id), good.Value, cancellation);
    }

    private async Task<Outcome<Opened>> OpenAsync(IQueryable<Upload> uploads, TimeSpan goodFor, CancellationToken cancellation)
    {
        var upload = await uploads.AsNoTracking().SingleOrDefaultAsync(u => u.Size > 0 && u.ErasedAt == null, cancellation);
        return upload is not null && await store.OpenAsync(upload.StorageKey, cancellation) is { } bytes ? new Opened(upload, bytes, goodFor) : Upload.NotFound;
    }
}

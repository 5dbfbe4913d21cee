using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Messaging.Uploads.Pictures;

namespace Stoa.Server.Messaging.Uploads;

/// <summary>Takes files in for a later message (S3-67): streamed into the store, told by their bytes, all of a request or none.</summary>
/// <remarks>
/// Each file gets a row, then its bytes, then its size and hash. Whatever ends the request early, refusal, broken connection or fault, what it left is
/// removed; what a killed process left goes with the sweep (<see cref="ForgetUploads"/>). Announces nothing.
/// Refusals: <c>upload.no_file</c>, <c>upload.empty</c>, <c>upload.malformed</c>, <c>upload.too_many_files</c>, <c>upload.type_not_allowed</c>,
/// <c>upload.broken_picture</c>, <c>upload.too_large</c>, <c>upload.too_many_waiting</c>, <c>upload.quota</c>, <c>rate.uploads</c>, <c>messaging.banned</c>, and
/// <c>auth.session_ended</c> for one that ended while the bytes came.
/// </remarks>
public sealed class ReceiveUploads(
    StoaDb db, IFileStore store, StoaSettings settings, RateLimits limits, TimeProvider clock, Outages outages, ILogger<MessagesLog> log)
{
    public static readonly Refusal NoFile = Refusal.Invalid("upload.no_file", "The form has no file");
    public static readonly Refusal Empty = Refusal.Invalid("upload.empty", "The file is empty");
    public static readonly Refusal Malformed = Refusal.Invalid("upload.malformed", "The form could not be read to its end");
    public static readonly Refusal TooManyFiles = Refusal.Invalid("upload.too_many_files", "Too many files in one request");
    public static readonly Refusal TypeNotAllowed = Refusal.Unsupported("upload.type_not_allowed", "Files of this type are not taken");
    public static readonly Refusal BrokenPicture =
        Refusal.Invalid("upload.broken_picture", "The picture is damaged or cut off, so what it tells about its sender cannot be taken out");
    public static readonly Refusal TooLarge = Refusal.TooLarge("upload.too_large", "The file is too large");
    public static readonly Refusal TooManyWaiting = Refusal.TooMany("upload.too_many_waiting", "Too many files wait for their message");
    public static readonly Refusal TooOften = Refusal.TooMany("rate.uploads", "You are uploading too often");

    public static readonly Refusal Quota = Refusal.Conflict("upload.quota", "Your files take all the room you have here");

    private readonly FilesSettings allowed = settings.Files;
    private readonly RateLimit perHour = new("uploads", settings.Files.MaxPerHour, TimeSpan.FromHours(1), TooOften);

    /// <summary>One file of the request; its bytes are read once, before the next is asked for.</summary>
    /// <param name="GivenType">The sender's word for the type; null: none.</param>
    public sealed record Incoming(string? Name, string? GivenType, Stream Bytes);

    /// <summary>The uploads, in the order of the files.</summary>
    public async Task<Outcome<IReadOnlyList<Upload>>> Handle(IAsyncEnumerable<Incoming> files, Caller owner, CancellationToken cancellation)
    {
        if (owner.MessagingBannedUntil > clock.GetUtcNow())
            return Core.Moderation.Restriction.MessagingBanned;
        if (limits.Take(perHour, LimitKey.Account(owner.UserId)).Refusal is { } tooOften)
            return tooOften;

        var done = new List<Upload>();
        var isKept = false;
        try
        {
            await foreach (var file in files.WithCancellation(cancellation))
            {
                if (done.Count == allowed.MaxPerRequest)
                    return TooManyFiles;
                await TakeAsync(file, owner, done, cancellation);
            }

            isKept = done.Count > 0;
            return isKept ? done : NoFile;
        }
        catch (UploadRefusedException stopped)
        {
            return stopped.Refusal;
        }
        finally
        {
            // Not the request's token: it may be what ended the request.
            if (!isKept)
                await RemoveAsync(done, CancellationToken.None);
        }
    }

    private async Task TakeAsync(Incoming file, Caller owner, List<Upload> done, CancellationToken cancellation)
    {
        await using var bytes = new IncomingBytes(file.Bytes, allowed.MaxBytes);
        var name = FileNames.Clean(file.Name);
        var start = await bytes.LookAsync(cancellation);
        if (start.IsEmpty)
            throw new UploadRefusedException(Empty);
        if (FileKinds.Of(start.Span, name, file.GivenType) is not { } kind)
            throw new UploadRefusedException(TypeNotAllowed);
        if (kind.IsText)
            bytes.ExpectText();

        var (upload, room) = await AddAsync(kind.Mended(name), kind, owner, cancellation);
        bytes.HoldTo(room);
        done.Add(upload);
        (upload.Size, upload.Sha256) = await StoreAsync(upload.StorageKey, bytes, kind, cancellation);
        if (await FinishAsync(upload, owner, cancellation) == 0)
            throw new UploadRefusedException(await WhyUnfinishedAsync(owner, cancellation));
    }

    /// <summary>Limits are asked of what is sent; size and hash are those of what is stored, which of a picture is less.</summary>
    private async Task<(long Size, string Sha256)> StoreAsync(string key, IncomingBytes bytes, FileKind kind, CancellationToken cancellation)
    {
        var isCleaned = CleanedPicture.IsOne(kind.Mime) && !allowed.KeepPictureMetadata;
        await using PassingStream content = isCleaned ? new CleanedPicture(bytes, kind.Mime, cancellation) : bytes;
        await using var stored = new StoredBytes(content);
        await store.WriteAsync(key, stored, cancellation);
        return (stored.Count, stored.Sha256());
    }

    /// <summary>
    /// The file counts from here on, if its sender still may: an upload takes minutes, and the session may have ended or the ban have come since it began.
    /// 0: not so, or the sweep was faster than a sender who takes longer than a file is kept.
    /// </summary>
    private Task<int> FinishAsync(Upload upload, Caller owner, CancellationToken cancellation)
    {
        var allowing = Allowing(owner);
        return db.WriteAsync(
            () => db.Uploads.Where(u => u.Id == upload.Id && u.ErasedAt == null && allowing.Any())
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.Size, upload.Size).SetProperty(x => x.Sha256, upload.Sha256), cancellation),
            cancellation);
    }

    private async Task<Refusal> WhyUnfinishedAsync(Caller owner, CancellationToken cancellation)
    {
        if (await Allowing(owner).AnyAsync(cancellation))
            return Malformed;
        var now = clock.GetUtcNow();
        return await db.Users.AnyAsync(u => u.Id == owner.UserId && u.MessagingBannedUntil > now, cancellation)
            ? Core.Moderation.Restriction.MessagingBanned
            : SessionGate.Ended;
    }

    private IQueryable<Session> Allowing(Caller owner)
    {
        var now = clock.GetUtcNow();
        return db.Sessions.Where(s => s.Id == owner.SessionId && s.IsActive && s.ExpiresAt > now && s.CredentialsVersion == s.User!.CredentialsVersion
            && !(s.User.MessagingBannedUntil > now));
    }

    /// <summary>The row comes before the bytes, with the room that is left for them. Who uploads from two places at once is counted one after the other.</summary>
    private Task<(Upload Upload, long Room)> AddAsync(string name, FileKind kind, Caller owner, CancellationToken cancellation) => db.WriteAsync(
        async () =>
        {
            var userId = owner.AuthorId ?? owner.UserId;
            await db.SerializeAsync($"uploads:{userId}", cancellation);
            var waiting = await db.Uploads.CountAsync(u => u.OwnerId == userId && u.MessageSeq == null && u.ErasedAt == null, cancellation);
            if (waiting >= allowed.MaxWaiting)
                throw new UploadRefusedException(TooManyWaiting);
            var room = await RoomAsync(userId, cancellation);
            if (room <= 0)
                throw new UploadRefusedException(Quota);
            var upload = new Upload
            {
                OwnerId = userId, Name = name, Mime = kind.Mime, StorageKey = RandomNumberGenerator.GetHexString(32, lowercase: true), CreatedAt = clock.GetUtcNow().Rounded(),
            };
            db.Uploads.Add(upload);
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
            return (upload, room);
        },
        cancellation);

    /// <summary>How much the account may still store. Files that are still coming in count as large as a file may be: nobody knows yet.</summary>
    private async Task<long> RoomAsync(long userId, CancellationToken cancellation)
    {
        if (allowed.MaxBytesPerAccount == 0)
            return long.MaxValue;
        var maxBytes = allowed.MaxBytes;
        return allowed.MaxBytesPerAccount
            - await db.Uploads.Where(u => u.OwnerId == userId && u.ErasedAt == null).SumAsync(u => u.Size == 0 ? maxBytes : u.Size, cancellation);
    }

    private async Task RemoveAsync(List<Upload> uploads, CancellationToken cancellation)
    {
        foreach (var upload in uploads)
        {
            try
            {
                await store.DeleteAsync(upload.StorageKey, cancellation);
                await db.WriteAsync(() => db.Uploads.Where(u => u.Id == upload.Id).ExecuteDeleteAsync(cancellation), cancellation);
            }
            catch (Exception fault)
            {
                // The sweep tries again; the answer that is on its way matters more.
                if (!outages.Notes(fault))
                    log.UploadsKept(fault);
            }
        }
    }
}

using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Mail;

/// <summary>The way to send a mail: a row beside the data of the running transaction. What is not committed is not sent.</summary>
/// <remarks>Sent within <see cref="MailSettings.PollInterval"/> of the commit when the mail server is there, at least once (ADR 13).</remarks>
public sealed class OutgoingMail(StoaDb db, MailSettings settings, TimeProvider clock)
{
    private const int BatchSize = 500;

    /// <summary>To an account; saved with the next SaveChanges of the context.</summary>
    /// <param name="kind">The name of an <see cref="IMailKind"/>.</param>
    /// <param name="content">What the kind needs beside the account, in its own form; no secret.</param>
    /// <param name="worthFor">How long it is worth sending; null: as long as mails are tried at all.</param>
    public void Add(string kind, long userId, string? content = null, TimeSpan? worthFor = null) => db.Mails.Add(Row(kind, userId, null, content, worthFor));

    /// <summary>To an address somebody typed, known or not: whoever reads the queue's time learns nothing of it.</summary>
    /// <param name="content">As in <see cref="Add"/>.</param>
    public void AddTo(string kind, string address, TimeSpan? worthFor = null, string? content = null) => db.Mails.Add(Row(kind, null, address, content, worthFor));

    /// <summary>The same to many accounts, one mail each, in one transaction: all are queued, or none (S2-27).</summary>
    public async Task AddManyAsync(string kind, IReadOnlyCollection<long> userIds, string? content, CancellationToken cancellation) =>
        await db.WriteAsync(async () =>
        {
            foreach (var some in userIds.Distinct().Chunk(BatchSize))
            {
                db.Mails.AddRange(some.Select(id => Row(kind, id, null, content, null)));
                await db.SaveChangesAsync(cancellation);
                db.ChangeTracker.Clear();
            }

            return true;
        }, cancellation);

    private MailMessage Row(string kind, long? userId, string? address, string? content, TimeSpan? worthFor)
    {
        var now = clock.GetUtcNow();
        return new MailMessage
        {
            Kind = kind,
            UserId = userId,
            Address = address,
            Content = content,
            DueAt = now,
            ExpiresAt = now + (worthFor < settings.GiveUpAfter ? worthFor.Value : settings.GiveUpAfter),
            CreatedAt = now,
        };
    }
}

using Stoa.Core.Conversations;
using Stoa.Server.Messaging.Redacting;

namespace Stoa.Server.Messaging;

/// <summary>Takes contact details out of what others are shown, where the conversation's kind asks for it (S0-18 to S0-23).</summary>
/// <remarks>
/// Looks at every field of a message that readers get (<see cref="AttachmentRedaction"/> for those of attachments), and at the text
/// together with what the sender wrote around it (<see cref="SplitContacts"/>), so that a number in two messages is found in the second,
/// also when the second is an edit of the first or other lines stand between. Where, and whose messages, says the <see
/// cref="MessagingPolicy"/>. The original is kept for moderators until its time is over.
/// </remarks>
public sealed class Redaction(OwnLines lines, AttachmentRedaction files, ConversationCards cards)
{
    /// <summary>A new message.</summary>
    internal async Task<Redacted> ApplyAsync(
        WritingPermit permit, long conversationId, string body, IReadOnlyList<Attachment>? attachments, DateTimeOffset now,
            CancellationToken cancellation)
    {
        if (!permit.Redacts)
            return new Redacted(permit, body, attachments, null);
        var around = await lines.BeforeAsync(conversationId, permit.Writer.UserId, now, cancellation);
        return await ApplyAsync(permit, conversationId, around, body, attachments, now, cancellation);
    }

    /// <summary>Another body for a message that is there.</summary>
    internal async Task<Redacted> ApplyAsync(WritingPermit permit, Message edited, string body, DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (!permit.Redacts)
            return new Redacted(permit, body, edited.Attachments, null);
        var around = await lines.AroundAsync(edited, cancellation);
        return await ApplyAsync(permit, edited.ConversationId, around, body, edited.Attachments, now, cancellation);
    }

    /// <summary>A text that stands alone, such as a title.</summary>
    internal static string Apply(WritingPermit permit, string text) => ContactScanner.Replace(text, Find(permit, text));

    /// <summary>The contacts in such a text; none where nothing is taken out.</summary>
    internal static IReadOnlyList<ContactHit> Find(WritingPermit permit, string text) => permit.Redacts ? permit.Policy.Scanner.Scan(text)
        : [];

    private async Task<Redacted> ApplyAsync(
        WritingPermit permit, long conversationId, LinesAround around, string body, IReadOnlyList<Attachment>? attachments,
            DateTimeOffset now, CancellationToken cancellation)
    {
        var scanner = permit.Policy.Scanner;
        var hits = await WithoutMembersAsync(SplitContacts.Find(scanner, around, body), body, conversationId, cancellation);
        var found = hits.Select(static h => FoundContact.Of(h, "body")).ToList();
        var clean = attachments is null ? null
            : await files.CleanAsync(permit, around.Before.Count > 0 ? around.With(body) : new LinesAround([body], []), attachments, found,
            cancellation);
        if (found.Count == 0)
            return new Redacted(permit, body, attachments, null);
        var original = new OriginalDraft(body, attachments, FoundContact.Write(found), now + permit.Policy.KeepOriginals);
        return new Redacted(permit, ContactScanner.Replace(body, hits), clean is { Count: > 0 } ? clean : null, original);
    }

    /// <summary><c>@name</c> of somebody who takes part is no contact (contract E.9.23).</summary>
    private async Task<IReadOnlyList<ContactHit>> WithoutMembersAsync(IReadOnlyList<ContactHit> hits, string body, long conversationId,
        CancellationToken cancellation)
    {
        if (hits.Count == 0 || !body.Contains('@', StringComparison.Ordinal))
            return hits;
        var card = await cards.FindAsync(conversationId, cancellation);
        var mentions = card.Parties.SelectMany(p => MentionsOf(p.Username, body)).ToList();
        return [.. hits.Where(h => !mentions.Exists(m => h.Start >= m.Start && h.End <= m.End))];
    }

    private static IEnumerable<(int Start, int End)> MentionsOf(string username, string body)
    {
        var mention = "@" + username;
        for (var at = 0; (at = body.IndexOf(mention, at, StringComparison.OrdinalIgnoreCase)) >= 0; at += mention.Length)
        {
            // "@ana" is not in "@ana.k@mail.org", which goes on.
            var end = at + mention.Length;
            var next = end < body.Length ? body[end] : ' ';
            var goesOn = char.IsLetterOrDigit(next) || next is '@' or '_' or '-' || (next == '.' && end + 1 < body.Length && char.IsLetterOrDigit(body[end + 1]));
            if (!goesOn && (at == 0 || !char.IsLetterOrDigit(body[at - 1])))
                yield return (at, end);
        }
    }
}

using Stoa.Core.Data;

namespace Stoa.Core.Conversations;

/// <summary>Two accounts that both agreed to have to do with each other.</summary>
public sealed record MutualContact
{
    // How far from the beginning and from the end of a conversation somebody's own message is looked for, so that a conversation in which
    // one writes alone costs no more than this.
    private const int Reach = 200;

    /// <summary>One of the accounts asked for.</summary>
    public required long By { get; init; }

    /// <summary>The other one.</summary>
    public required long With { get; init; }

    /// <summary>
    /// With whom some accounts have such contact: both wrote in a conversation of theirs, or a consultation between them was accepted. Each
    /// pair at least once.
    /// </summary>
    /// <remarks>
    /// That somebody opened a conversation, or wrote without an answer, is the consent of one. Cost: the conversations of those accounts.
    /// </remarks>
    public static IQueryable<MutualContact> Of(StoaDb db, IReadOnlyCollection<long> accounts)
    {
        var wrote = db.Participants.Where(p => p.LeftAt == null && p.Conversation!.LastSeq > 1
            && db.Messages.Any(m => m.ConversationId == p.ConversationId && m.SenderId == p.UserId
                && (m.Seq <= Reach || m.Seq > p.Conversation.LastSeq - Reach)));
        var talks = wrote.Where(p => accounts.Contains(p.UserId))
            .Join(wrote, static p => p.ConversationId, static o => o.ConversationId,
                static (p, o) => new { By = p.UserId, With = o.UserId })
            .Where(static c => c.By != c.With);
        var accepted = db.Consultations.Where(c => c.State == ConsultationState.Accepted || c.State == ConsultationState.Completed);
        return talks
            .Concat(accepted.Where(c => accounts.Contains(c.UserId)).Select(c => new { By = c.UserId, With = c.AstrologerId }))
            .Concat(accepted.Where(c => accounts.Contains(c.AstrologerId)).Select(c => new { By = c.AstrologerId, With = c.UserId }))
            .Select(static c => new MutualContact { By = c.By, With = c.With });
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Who may write to whom, beyond taking part (S3-60 to S3-62).</summary>
/// <remarks>
/// An administrator writes to anybody. Between a user and an astrologer a consultation must have been accepted; two astrologers have none,
/// so they do not write to each other. In a conversation of several this holds for each of the others. The desk is always answered. Asked
/// by the <see cref="WritingGate"/> alone, so that no door has a rule of its own. Costs a query only where an astrologer takes part.
/// Refusal: <c>messaging.not_permitted</c>.
/// </remarks>
public sealed class WhoMayWrite(StoaDb db)
{
    public static readonly Refusal NotPermitted =
        Refusal.Forbidden("messaging.not_permitted", "You can write to each other once a consultation was accepted");

    /// <summary>In a conversation that is there.</summary>
    internal async Task<Refusal?> WhyNotAsync(SendingContext context, Caller writer, CancellationToken cancellation)
    {
        if (context.Kind == ConversationKind.Support || !IsRestricted(writer, context.HasAstrologer))
            return null;
        var isAstrologer = writer.Type == PartyType.Astrologer;
        var unknown = db.Participants.Where(p => p.ConversationId == context.ConversationId && p.UserId != writer.UserId && p.LeftAt == null
            && (p.Type == PartyType.Astrologer || (isAstrologer && p.Type == PartyType.User)));
        return await unknown.AnyAsync(p => !db.Consultations.Any(c => (c.State == ConsultationState.Accepted
            || c.State == ConsultationState.Completed)
            && ((c.UserId == writer.UserId && c.AstrologerId == p.UserId) || (c.UserId == p.UserId && c.AstrologerId == writer.UserId))),
                cancellation) ? NotPermitted : null;
    }

    /// <summary>To these others, with whom a conversation is to be opened.</summary>
    internal async Task<Refusal?> WhyNotAsync(IReadOnlyDictionary<long, PartyType> others, Caller writer, CancellationToken cancellation)
    {
        if (!IsRestricted(writer, others.Values.Contains(PartyType.Astrologer)))
            return null;
        var isAstrologer = writer.Type == PartyType.Astrologer;
        var asked = others.Where(o => o.Key != writer.UserId
            && (o.Value == PartyType.Astrologer || (isAstrologer && o.Value == PartyType.User))).Select(static o => o.Key).ToList();
        var known = await db.Consultations
            .Where(c => (c.UserId == writer.UserId && asked.Contains(c.AstrologerId))
                || (c.AstrologerId == writer.UserId && asked.Contains(c.UserId)))
            .Where(c => c.State == ConsultationState.Accepted || c.State == ConsultationState.Completed)
            .Select(c => c.UserId == writer.UserId ? c.AstrologerId : c.UserId).Distinct().CountAsync(cancellation);
        return known < asked.Count ? NotPermitted : null;
    }

    private static bool IsRestricted(Caller writer, bool amongAstrologers) => writer.Type switch
    {
        PartyType.Admin => false,
        PartyType.Astrologer => true,
        _ => amongAstrologers,
    };
}

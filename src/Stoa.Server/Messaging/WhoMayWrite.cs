using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Who may write to whom, beyond taking part (S3-60 to S3-62).</summary>
/// <remarks>
/// An administrator writes to anybody. Between a user and an astrologer a consultation must have been accepted; two astrologers have none,
/// so they do not write to each other. The desk is always answered. Asked by every door, because it is asked here. Costs a query only
/// where an astrologer takes part. Refusal: <c>messaging.not_permitted</c>.
/// </remarks>
public sealed class WhoMayWrite(StoaDb db)
{
    public static readonly Refusal NotPermitted =
        Refusal.Forbidden("messaging.not_permitted", "You can write to each other once a consultation was accepted");

    internal async Task<Refusal?> WhyNotAsync(SendingContext context, Caller sender, CancellationToken cancellation)
    {
        if (context.Kind != ConversationKind.Direct || context.OtherId is not { } other || sender.Type == PartyType.Admin || context.OtherType == PartyType.Admin)
            return null;
        if (sender.Type != PartyType.Astrologer && context.OtherType != PartyType.Astrologer)
            return null;
        return await MayAsync(sender.UserId, other, cancellation) ? null : NotPermitted;
    }

    private Task<bool> MayAsync(long one, long other, CancellationToken cancellation) => db.Consultations.AnyAsync(
        c => ((c.UserId == one && c.AstrologerId == other) || (c.UserId == other && c.AstrologerId == one))
            && (c.State == ConsultationState.Accepted || c.State == ConsultationState.Completed),
        cancellation);
}

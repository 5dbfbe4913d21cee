using Microsoft.EntityFrameworkCore;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>The astrologer accepts, declines or completes a consultation.</summary>
/// <remarks>
/// Requested → accepted or declined; accepted → completed. By one conditional update, so of two decisions at once one counts; repeating the
/// one that counted changes nothing. Refusals: <c>consultation.not_found</c> (absent, or another astrologer's), <c>consultation.state</c>.
/// </remarks>
public sealed class DecideConsultation(StoaDb db, TimeProvider clock)
{
    public static readonly Refusal WrongState = Refusal.Conflict("consultation.state", "The consultation is not in a state for that");

    public async Task<Outcome<Consultation>> Handle(long id, ConsultationState next, Caller astrologer, CancellationToken cancellation)
    {
        var from = next == ConsultationState.Completed ? ConsultationState.Accepted : ConsultationState.Requested;
        var isOpen = next == ConsultationState.Accepted;
        var now = clock.GetUtcNow();
        var mine = db.Consultations.Where(c => c.Id == id && c.AstrologerId == astrologer.UserId);
        await db.WriteAsync(
            () => mine.Where(c => c.State == from).ExecuteUpdateAsync(
                c => c.SetProperty(x => x.State, next).SetProperty(x => x.OpenKey, x => isOpen ? x.OpenKey : null).SetProperty(x => x.UpdatedAt, now), cancellation),
            cancellation);
        var found = await mine.AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (found is null)
            return Consultation.NotFound;
        return found.State == next ? found : WrongState;
    }
}

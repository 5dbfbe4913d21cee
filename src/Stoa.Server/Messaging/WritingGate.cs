using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Messaging;

/// <summary>
/// Asked before everything that makes another person read something: a message, an edit, a conversation that is opened, a consultation, a
/// sign of typing.
/// </summary>
/// <remarks>
/// Asks, in this order: the messaging ban, who may write to whom, whether anybody is there to read it, whether the conversation is closed,
/// and how often the account does so. What is then shown goes through <see cref="Redaction"/>, which takes the permit. An operation that
/// shows something without one does not compile, or fails an architecture test. Refusals: <c>messaging.banned</c>,
/// <c>messaging.not_permitted</c>, <c>recipient.not_found</c>, <c>conversation.closed</c>, <c>rate.messages</c>, <c>rate.openings</c>.
/// Cost: no query, except where an astrologer takes part.
/// </remarks>
public sealed class WritingGate(PolicyInForce inForce, WhoMayWrite permission, MessageRate rate, OpeningRate openings, TimeProvider clock)
    : WritingPermit.Issuer
{
    /// <summary>What it refuses to who posts or changes a message, for the API document.</summary>
    internal static readonly Refusal[] Refusals =
    [
        Restriction.MessagingBanned, WhoMayWrite.NotPermitted, SendDirectMessage.RecipientNotFound, Conversation.Closed, MessageRate.TooMany,
    ];

    /// <summary>To post a message, or to change one: both count as messages.</summary>
    public async Task<Outcome<WritingPermit>> ToWriteAsync(SendingContext context, Caller writer, CancellationToken cancellation)
    {
        if (await WhyNotAsync(context, writer, cancellation) is { } refusal)
            return refusal;
        var policy = await inForce.FindAsync(cancellation);
        return rate.WhyNot(writer, policy) is { } tooMany ? tooMany : Issue(writer, context.Kind, policy);
    }

    /// <summary>To open a conversation with others, of whom it is known that they are there.</summary>
    public async Task<Outcome<WritingPermit>> ToOpenAsync(
        ConversationKind kind, IReadOnlyDictionary<long, PartyType> others, Caller opener, CancellationToken cancellation)
    {
        if (WhyBanned(opener) is { } banned)
            return banned;
        if (await permission.WhyNotAsync(others, opener, cancellation) is { } forbidden)
            return forbidden;
        return openings.WhyNot(opener) is { } tooMany ? tooMany : Issue(opener, kind, await inForce.FindAsync(cancellation));
    }

    /// <summary>To ask an astrologer for a consultation, which is how the two come to be permitted.</summary>
    public async Task<Outcome<WritingPermit>> ToConsultAsync(Caller user, CancellationToken cancellation)
    {
        if (WhyBanned(user) is { } banned)
            return banned;
        return openings.WhyNot(user) is { } tooMany ? tooMany : Issue(user, ConversationKind.Direct, await inForce.FindAsync(cancellation));
    }

    /// <summary>To be seen typing. How often is asked by the door, which drops what comes too often.</summary>
    public async Task<Outcome<WritingPermit>> ToTypeAsync(SendingContext context, Caller writer, CancellationToken cancellation) =>
        await WhyNotAsync(context, writer, cancellation) is { } refusal ? refusal
            : Issue(writer, context.Kind, await inForce.FindAsync(cancellation));

    private async Task<Refusal?> WhyNotAsync(SendingContext context, Caller writer, CancellationToken cancellation)
    {
        if (WhyBanned(writer) is { } banned)
            return banned;
        if (await permission.WhyNotAsync(context, writer, cancellation) is { } forbidden)
            return forbidden;
        if (context.IsDeserted)
            return SendDirectMessage.RecipientNotFound;
        return context.IsClosed ? Conversation.Closed : null;
    }

    private Refusal? WhyBanned(Caller writer) => writer.MessagingBannedUntil > clock.GetUtcNow() ? Restriction.MessagingBanned : null;
}

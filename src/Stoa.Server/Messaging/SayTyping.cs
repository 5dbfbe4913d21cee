using System.Globalization;
using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Messaging;

/// <summary>Whether others are shown that somebody is typing.</summary>
/// <remarks>
/// They read his name by it, so it is asked what a message is asked. What comes too often is dropped and no refusal: nothing is lost.
/// Refusals: <c>conversation.not_found</c>, and those of <see cref="WritingGate.ToTypeAsync"/>. One query.
/// </remarks>
public sealed class SayTyping(StoaDb db, WritingGate gate, RateLimits limits, ConversationCards cards)
{
    // A client that says so once a second, in one conversation after the other.
    private static readonly RateLimit Often = new("typing", 20, TimeSpan.FromSeconds(10), MessageRate.TooMany);

    /// <summary>How the others see the conversation and the one who types; null: not this time.</summary>
    public async Task<Outcome<ConversationCard?>> Handle(long conversationId, Caller writer, CancellationToken cancellation)
    {
        if (limits.Take(Often, writer.UserId.ToString(CultureInfo.InvariantCulture)).Refusal is not null)
            return Outcome.Of<ConversationCard?>(null);
        if (await SendingContext.FindAsync(db, conversationId, writer.UserId, cancellation) is not { } context)
            return Conversation.NotFound;
        var asked = await gate.ToTypeAsync(context, writer, cancellation);
        return asked.Refusal is { } refusal ? refusal : Outcome.Of<ConversationCard?>(await cards.FindAsync(conversationId, cancellation));
    }
}

using Stoa.Core;
using Stoa.Core.Conversations;
using Stoa.Core.Data;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>Opens a conversation among several, with everybody the caller may write to.</summary>
/// <remarks>Refusals: <c>group.size</c>, <c>participant.not_found</c>, and those of <see cref="WritingGate.ToOpenAsync"/>.</remarks>
public sealed class OpenGroup(StoaDb db, WritingGate gate, TimeProvider clock)
{
    public const int MaxMembers = 100;
    public static readonly Refusal Size = Refusal.Invalid("group.size", $"A group has 1 to {MaxMembers} others");

    /// <param name="Members">The others; the caller takes part in any case.</param>
    public sealed record Request(IReadOnlyList<long> Members, string? Title);

    /// <summary>The conversation's id.</summary>
    public async Task<Outcome<long>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        var others = request.Members.Where(m => m != caller.UserId).Distinct().ToList();
        if (others.Count is 0 or > MaxMembers)
            return Size;
        var types = await PartyTypes.OfAsync(db, others, cancellation);
        if (types.Count < others.Count)
            return OpenThread.ParticipantNotFound;
        var asked = await gate.ToOpenAsync(ConversationKind.Group, types, caller, cancellation);
        if (asked.Refusal is { } refusal)
            return refusal;

        types[caller.UserId] = caller.Type;
        var title = string.IsNullOrWhiteSpace(request.Title) ? null : Redaction.Apply(asked.Value, request.Title.Trim());
        var group = Conversation.Group(caller.UserId, title, types, clock.GetUtcNow());
        db.Conversations.Add(group);
        await db.SaveChangesAsync(cancellation);
        return group.Id;
    }
}

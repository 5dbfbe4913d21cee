using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Data;

namespace Stoa.Server.Messaging;

/// <summary>What writing needs to know of a conversation the writer takes part in.</summary>
/// <param name="IsPair">See <see cref="Conversation.IsPair"/>.</param>
/// <param name="OtherId">Somebody else in it: in a pair, the recipient.</param>
/// <param name="HasAstrologer">Whether one of the others takes part as an astrologer.</param>
/// <param name="IsAnybodyThere">Whether one of the others still has an account that can be written to.</param>
public sealed record SendingContext(
    long ConversationId, ConversationKind Kind, bool IsPair, long? OtherId, bool HasAstrologer, bool IsAnybodyThere, bool IsClosed)
{
    /// <summary>There were others, and none of them can be written to any more.</summary>
    public bool IsDeserted => OtherId is not null && !IsAnybodyThere;

    /// <summary>From the writer's own row among the participants.</summary>
    private static readonly Expression<Func<Participant, SendingContext>> Of = static p => new SendingContext(
        p.ConversationId,
        p.Conversation!.Kind,
        p.Conversation.IsPair,
        p.Conversation.Participants.Where(o => o.UserId != p.UserId).Select(o => (long?)o.UserId).FirstOrDefault(),
        p.Conversation.Participants.Any(o => o.UserId != p.UserId && o.LeftAt == null && o.Type == PartyType.Astrologer),
        p.Conversation.Participants.Where(o => o.UserId != p.UserId
            && o.LeftAt == null).Select(o => o.User!).AsQueryable().Any(UserStanding.CanBeWrittenTo),
        p.Conversation.ClosedAt != null);

    private static readonly HotQuery<Func<StoaDb, long, long, CancellationToken,
        Task<SendingContext?>>> ById = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, long conversation, long writer, CancellationToken cancellation) => db.Participants
            .Where(p => p.ConversationId == conversation && p.UserId == writer && p.LeftAt == null).Select(Of).SingleOrDefault()));

    private static readonly HotQuery<Func<StoaDb, string, long, CancellationToken,
        Task<SendingContext?>>> ByKey = new(static () => EF.CompileAsyncQuery(
        (StoaDb db, string key, long writer, CancellationToken cancellation) => db.Participants
            .Where(p => p.Conversation!.UniqueKey == key && p.UserId == writer && p.LeftAt == null).Select(Of).SingleOrDefault()));

    /// <summary>Null when the writer takes no part. One query.</summary>
    public static Task<SendingContext?> FindAsync(StoaDb db, long conversationId, long writer, CancellationToken cancellation) =>
        ById.On(db)(db, conversationId, writer, cancellation);

    /// <summary>By its unique key; null when there is none, or the writer takes no part. One query.</summary>
    public static Task<SendingContext?> FindAsync(StoaDb db, string key, long writer, CancellationToken cancellation) =>
        ByKey.On(db)(db, key, writer, cancellation);
}

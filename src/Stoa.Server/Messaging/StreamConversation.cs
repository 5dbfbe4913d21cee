using Stoa.Core;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Messaging;

/// <summary>
/// <see cref="FollowConversation"/> for one connection that stays open, of which an account has so many at once
/// (<c>Threads:MaxStreams</c>).
/// </summary>
/// <remarks>Refusals: <c>conversation.not_found</c>, <c>rate.streams</c>.</remarks>
public sealed class StreamConversation(FollowConversation follow, OpenShares shares, StoaSettings settings)
{
    public static readonly Refusal TooMany = Refusal.TooMany("rate.streams", "You have too many event streams open");

    /// <summary>The messages; whoever gets them disposes them, which frees the place.</summary>
    public sealed record Opened(IAsyncEnumerable<FollowConversation.Entry> Entries, IDisposable Share) : IDisposable
    {
        public void Dispose() => Share.Dispose();
    }

    /// <param name="after">Everything above this number; null: what comes from now on.</param>
    public async Task<Outcome<Opened>> Handle(long conversationId, long? after, Caller reader, CancellationToken cancellation)
    {
        if (shares.TryTake("streams", reader.UserId, settings.Threads.MaxStreams) is not { } share)
            return TooMany;
        var started = await follow.Handle(conversationId, after, reader, cancellation);
        if (started.Refusal is not { } refusal)
            return new Opened(started.Value, share);
        share.Dispose();
        return refusal;
    }
}

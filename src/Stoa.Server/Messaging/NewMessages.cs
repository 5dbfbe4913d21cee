using System.Collections.Concurrent;
using Stoa.Core.Outbox;
using Stoa.Server.Jobs;

namespace Stoa.Server.Messaging;

/// <summary>Rings for those who follow a conversation in this process: something new may be there.</summary>
public sealed class NewMessages : IOutboxSubscriber<MessagesAppended>
{
    private readonly ConcurrentDictionary<long, ConcurrentDictionary<Bell, byte>> bells = new();

    /// <summary>A bell that rings from now on until it is disposed.</summary>
    public Bell Listen(long conversationId)
    {
        var bell = new Bell(this, conversationId);
        bells.GetOrAdd(conversationId, static _ => new()).TryAdd(bell, 0);
        return bell;
    }

    public Task HandleAsync(MessagesAppended what, CancellationToken cancellation)
    {
        foreach (var (conversation, _) in what.Refs)
        {
            if (bells.TryGetValue(conversation, out var listening))
            {
                foreach (var bell in listening.Keys)
                    bell.Ring();
            }
        }

        return Task.CompletedTask;
    }

    private void Remove(Bell bell)
    {
        // An empty set stays for as long as the process does: a few bytes for a conversation somebody once followed.
        if (bells.TryGetValue(bell.ConversationId, out var listening))
            listening.TryRemove(bell, out _);
    }

    /// <summary>One follower's.</summary>
    public sealed class Bell(NewMessages news, long conversationId) : IDisposable
    {
        private readonly SemaphoreSlim rung = new(0, 1);

        public long ConversationId => conversationId;

        /// <summary>Returns when it rang since the last wait, or after the pause.</summary>
        public async Task WaitAsync(TimeSpan pause, TimeProvider clock, CancellationToken cancellation)
        {
            using var late = new CancellationTokenSource(pause, clock);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
            try
            {
                await rung.WaitAsync(end.Token);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // Nobody rang; another node may have written all the same.
            }
        }

        internal void Ring()
        {
            try
            {
                rung.Release();
            }
            catch (SemaphoreFullException)
            {
                // It is ringing already.
            }
        }

        public void Dispose() => news.Remove(this);
    }
}

using System.Collections.Concurrent;

namespace Cluster.Clients;

/// <summary>A message that the server has acknowledged with 201.</summary>
public sealed record Acknowledged(long ConversationId, long Seq, long Id, string Body, string? ClientId);

/// <summary>What the senders know, kept outside of the server: its promises are held against this.</summary>
public sealed class Ledger
{
    private readonly ConcurrentQueue<Acknowledged> acknowledged = new();
    private readonly ConcurrentQueue<string> unanswered = new();
    private readonly ConcurrentQueue<string> refused = new();
    private readonly ConcurrentQueue<(int Count, TaskCompletionSource Reached)> awaited = new();
    private readonly ConcurrentQueue<(DateTimeOffset At, Acknowledged Message)> arrivals = new();
    private int retried;

    public IReadOnlyCollection<Acknowledged> Acknowledged => acknowledged;

    /// <summary>Bodies sent without a client id whose answer was lost: each may be stored, but at most once.</summary>
    public IReadOnlyCollection<string> Unanswered => unanswered;

    /// <summary>Answers other than 201.</summary>
    public IReadOnlyCollection<string> Refused => refused;

    /// <summary>How many messages were sent again under their client id because the answer was lost.</summary>
    public int Retried => retried;

    public void Add(Acknowledged message)
    {
        arrivals.Enqueue((DateTimeOffset.UtcNow, message));
        acknowledged.Enqueue(message);
        foreach (var (count, reached) in awaited)
        {
            if (acknowledged.Count >= count)
                reached.TrySetResult();
        }
    }

    /// <summary>What was known to be acknowledged at a moment, by the clock of this machine.</summary>
    public Ledger At(DateTimeOffset moment)
    {
        var then = new Ledger();
        foreach (var (_, message) in arrivals.Where(a => a.At < moment))
            then.Add(message);
        return then;
    }

    /// <summary>Completes when so many more messages have been acknowledged; one waiter at a time.</summary>
    public Task GrowsBy(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        awaited.Clear();
        awaited.Enqueue((acknowledged.Count + count, reached));
        return reached.Task;
    }

    public void AddUnanswered(string body) => unanswered.Enqueue(body);

    public void AddRefused(Reply reply) => refused.Enqueue($"{reply.Status} {reply.Text}");

    public void CountRetried() => Interlocked.Increment(ref retried);
}

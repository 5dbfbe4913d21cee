using Stoa.Server.Hosting.Limits;

namespace Stoa.Server.Identity;

/// <summary>In whose share of the hashing queue somebody waits.</summary>
public readonly record struct HashingShare
{
    /// <summary>Somebody who is known: a device its owner used before, a live session, the holder of a link from a mail.</summary>
    public static HashingShare Known { get; } = new() { IsKnown = true };

    internal bool IsKnown { get; private init; }

    internal ClientNetwork Network { get; private init; }

    /// <summary>Anybody else, by where he comes from.</summary>
    public static HashingShare Of(ClientNetwork network) => new() { Network = network };
}

/// <summary>Passwords that wait to be hashed, in two halves that are served in turns: those who are known, and strangers, of whom one network has an eighth at most.</summary>
/// <remarks>
/// So neither can one network, within its limits, keep other strangers out, nor all strangers together those who are known. Thread-safe; full halves refuse.
/// </remarks>
public sealed class HashingLanes(int length)
{
    private const int NetworksPerHalf = 8;
    private readonly int half = Math.Max(1, length / 2);
    private readonly Queue<Action> known = new();
    private readonly Queue<(Action Work, ClientNetwork Network)> strangers = new();
    private readonly Dictionary<ClientNetwork, int> waiting = [];
    private readonly object gate = new();
    private bool isStrangersTurn;
    private bool isClosed;

    /// <summary>False when there is no room in this share.</summary>
    public bool TryAdd(HashingShare share, Action work)
    {
        lock (gate)
        {
            if (isClosed || (share.IsKnown ? known.Count >= half : !HasRoom(share.Network)))
                return false;
            if (share.IsKnown)
                known.Enqueue(work);
            else
                Add(work, share.Network);
            Monitor.Pulse(gate);
            return true;
        }
    }

    /// <summary>The next one; waits for it. Null when the queue is closed and empty.</summary>
    public Action? Take()
    {
        lock (gate)
        {
            while (known.Count + strangers.Count == 0)
            {
                if (isClosed)
                    return null;
                Monitor.Wait(gate);
            }

            isStrangersTurn = strangers.Count > 0 && (isStrangersTurn || known.Count == 0);
            if (!isStrangersTurn)
            {
                isStrangersTurn = true;
                return known.Dequeue();
            }

            isStrangersTurn = false;
            var (work, network) = strangers.Dequeue();
            if (network.IsCounted && --waiting[network] == 0)
                waiting.Remove(network);
            return work;
        }
    }

    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            Monitor.PulseAll(gate);
        }
    }

    private bool HasRoom(ClientNetwork network) =>
        strangers.Count < half && (!network.IsCounted || waiting.GetValueOrDefault(network) < Math.Max(1, half / NetworksPerHalf));

    private void Add(Action work, ClientNetwork network)
    {
        strangers.Enqueue((work, network));
        if (network.IsCounted)
            waiting[network] = waiting.GetValueOrDefault(network) + 1;
    }
}

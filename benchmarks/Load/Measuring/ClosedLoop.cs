using System.Diagnostics;

namespace Stoa.Load.Measuring;

/// <summary>Somebody who sends one message and waits for its acknowledgement.</summary>
public abstract class Sender : IDisposable
{
    /// <summary>Sends the next message; returns once it is acknowledged. False: the answer was a refusal or a fault.</summary>
    public abstract ValueTask<bool> SendAsync();

    /// <summary>How many events of the server have come on its connection.</summary>
    public virtual long Events => 0;

    /// <summary>Also ends a <see cref="SendAsync"/> that waits.</summary>
    public abstract void Dispose();
}

/// <summary>CPU seconds spent so far, by whom.</summary>
public sealed record CpuTimes(double Server, double Database, double Generator)
{
    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) =>
        new(later.Server - earlier.Server, later.Database - earlier.Database, later.Generator - earlier.Generator);
}

/// <summary>What one window gave.</summary>
/// <param name="Refused">Answers other than an acknowledgement, over the whole run with its warm-up; must be 0.</param>
/// <param name="EventsPerSend">Over the whole run; what a message set off at the senders' own sockets.</param>
/// <param name="FirstFault">What the first sender that failed outright said; null when none did.</param>
public sealed record Measured(long Sends, long Refused, TimeSpan Length, LatencyHistogram Latency, CpuTimes Cpu, double EventsPerSend, string? FirstFault)
{
    public double PerSecond => Sends / Length.TotalSeconds;

    /// <summary>CPU seconds per 1,000 sends.</summary>
    public double PerThousand(double cpuSeconds) => Sends == 0 ? double.NaN : cpuSeconds * 1000 / Sends;
}

/// <summary>Senders that each wait for the answer before they send again.</summary>
/// <remarks>
/// A closed loop measures capacity and the latency at that capacity, not the latency at a given rate: a stalled server is also sent less.
/// </remarks>
public static class ClosedLoop
{
    /// <param name="cpu">Read at the start and at the end of the window.</param>
    public static async Task<Measured> RunAsync(IReadOnlyList<Sender> senders, Window window, Func<CpuTimes> cpu)
    {
        var loops = senders.Select(s => Task.Run(() => SendUntilEndAsync(s, window))).ToList();
        await Task.Delay(Window.Until(window.Start));
        var before = cpu();
        await Task.Delay(Window.Until(window.End));
        var spent = cpu() - before;

        var all = Task.WhenAll(loops);
        if (await Task.WhenAny(all, Task.Delay(Window.Grace)) != all)
        {
            foreach (var sender in senders)
                sender.Dispose();
        }

        var counts = await all;

        // The last sender ended on the socket thread; whoever waits for this may block, and must not block that one.
        await Task.Yield();
        return Sum(senders, counts, window, spent);
    }

    private static Measured Sum(IReadOnlyList<Sender> senders, IReadOnlyList<SenderCount> counts, Window window, CpuTimes spent)
    {
        var latency = new LatencyHistogram();
        foreach (var count in counts)
            latency.Add(count.Latency);
        return new Measured(
            latency.Count, counts.Sum(static c => c.Refused), window.Length, latency, spent,
            (double)senders.Sum(static s => s.Events) / Math.Max(1, counts.Sum(static c => c.Accepted)),
            counts.Select(static c => c.Fault).FirstOrDefault(static f => f is not null));
    }

    private static async Task<SenderCount> SendUntilEndAsync(Sender sender, Window window)
    {
        var count = new SenderCount();
        try
        {
            for (var started = Stopwatch.GetTimestamp(); started < window.End;)
            {
                var accepted = await sender.SendAsync();
                var done = Stopwatch.GetTimestamp();
                if (accepted)
                    count.Accept(Stopwatch.GetElapsedTime(started, done), window.Holds(done));
                else
                    count.Refused++;
                started = done;
            }
        }
        catch (Exception fault)
        {
            // Counted instead of thrown: the report says how many senders fell, and the figures of the others stay.
            count.Refused++;
            count.Fault = $"{fault.GetType().Name}: {fault.Message}";
        }

        return count;
    }

    private sealed class SenderCount
    {
        public LatencyHistogram Latency { get; } = new();

        /// <summary>Also those of the warm-up.</summary>
        public long Accepted { get; private set; }

        public long Refused { get; set; }

        public string? Fault { get; set; }

        public void Accept(TimeSpan latency, bool isCounted)
        {
            Accepted++;
            if (isCounted)
                Latency.Record(latency);
        }
    }
}

using System.Diagnostics;

namespace Stoa.Load.Servers;

/// <summary>What this program sets for its own sockets. Processes inherit it, and it would change how they run.</summary>
public static class GeneratorEnvironment
{
    private static readonly string[] Names = ["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"];

    /// <summary>Read once, by the first socket.</summary>
    public static void Set()
    {
        // One thread waits for the sockets and runs the senders on the spot: no hand-over to the thread pool for each answer.
        foreach (var name in Names)
            Environment.SetEnvironmentVariable(name, "1");
    }

    public static void RemoveFrom(ProcessStartInfo start)
    {
        foreach (var name in Names)
            start.Environment.Remove(name);
    }
}

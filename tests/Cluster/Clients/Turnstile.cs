namespace Cluster.Clients;

/// <summary>Where senders wait before the next message while it is closed, so that what is looked at meanwhile has the machine for itself.</summary>
public sealed class Turnstile
{
    private TaskCompletionSource opened = new();

    public Turnstile() => opened.SetResult();

    /// <summary>Completes when it is open.</summary>
    public Task Opened => Volatile.Read(ref opened).Task;

    public void Open() => opened.TrySetResult();

    public void Close()
    {
        if (Opened.IsCompleted)
            Volatile.Write(ref opened, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}

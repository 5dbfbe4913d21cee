namespace Stoa.TestSupport;

/// <summary>Ends with the last test of an assembly that asks for it: the servers that tests shared are stopped, and no database of a server is left behind.</summary>
public sealed class SharedServers : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        await StoaServer.StopSharedAsync();
        await PostgresDatabase.DroppedAsync();
    }
}

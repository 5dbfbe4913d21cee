using Stoa.Core.Data;
using Stoa.TestSupport;

namespace Cluster.Processes;

/// <summary>A database that outlives the servers on it, and a folder for what each of them keeps beside it.</summary>
public sealed class ServerDatabase(Database product) : IAsyncDisposable
{
    private readonly FreshDatabase fresh = new(product);

    public string Folder { get; } = Directory.CreateTempSubdirectory("stoa-cluster-").FullName;

    public DatabaseTarget Target => fresh.Target;

    public async ValueTask DisposeAsync()
    {
        await fresh.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}

using Stoa.TestSupport.Answers;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>
/// Ends with the last test of an assembly that asks for it: what was answered and not yet held against the API document is, the servers that tests shared are
/// stopped, and no database of a server is left behind.
/// </summary>
public sealed class SharedServers : IAsyncDisposable
{
    public async ValueTask DisposeAsync()
    {
        try
        {
            await CompareAsync();
        }
        finally
        {
            await StoaServer.StopSharedAsync();
            await PostgresDatabase.DroppedAsync();
        }
    }

    /// <summary>The test platform reports what is thrown here once for every test of the run, so the long part is written apart.</summary>
    private static async Task CompareAsync()
    {
        var missing = await ApiPromises.WhatIsMissingAsync();
        foreach (var line in missing)
            await Console.Error.WriteLineAsync(line);
        Assert.True(missing.Count == 0, $"The API document does not tell of {missing.Count} answers that were given; the error output has them");
    }
}

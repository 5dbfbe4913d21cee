using System.Diagnostics;

namespace Stoa.Conformance.Clients;

/// <summary>Debian's python3-socketio against this server.</summary>
public sealed class PythonClientTests
{
    // Debian's own interpreter: the packages are installed for it and for no other.
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData("polling")]
    [InlineData("websocket")]
    [InlineData("polling,websocket")]
    public async Task The_Python_client_connects_talks_both_ways_and_comes_back(string transports)
    {
        await using var server = await TestServer.StartAsync(NodeClientTests.Events);
        using var python = Process.Start(new ProcessStartInfo(Python, [Path.Combine(Folder(), "basics.py"), server.Address.ToString(), transports])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        try
        {
            var output = Task.WhenAll(python.StandardOutput.ReadToEndAsync(TestServer.Cancellation), python.StandardError.ReadToEndAsync(TestServer.Cancellation));
            await python.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestServer.Cancellation);
            var said = string.Concat(await output);
            Assert.True(python.ExitCode == 0, said);
            Assert.Contains("ok", said, StringComparison.Ordinal);
        }
        finally
        {
            if (!python.HasExited)
                python.Kill(entireProcessTree: true);
        }
    }

    private static string Folder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "python", "basics.py")))
                return Path.Combine(folder.FullName, "python");
        }

        throw new DirectoryNotFoundException("tests/Conformance/python was not found above the test program.");
    }
}

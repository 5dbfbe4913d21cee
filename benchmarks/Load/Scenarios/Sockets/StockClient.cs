using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios.Sockets;

/// <summary>
/// Node's socket.io-client, unchanged: what a user waits for until it is connected, and until the first acknowledgement is there.
/// </summary>
public static class StockClient
{
    // Until both compilers have seen what is hot.
    private const int WarmUp = 200;
    private const int Connections = 300;

    /// <summary>What <see cref="ConnectAsync"/> answers, in milliseconds from the call of <c>io()</c>.</summary>
    public static readonly string[] Figures = ["connected p50", "connected p99", "first acknowledgement p50", "first acknowledgement p99"];

    /// <summary>Connects again and again, one at a time.</summary>
    /// <param name="transports"><c>default</c> (polling, then the upgrade), <c>websocket</c> or <c>polling</c>.</param>
    public static async Task<double[]> ConnectAsync(PeerProcess server, string transports)
    {
        var folder = await PeerPackages.InstallAsync("socketio-node");
        string[] arguments =
        [
            Path.Combine(folder, "connects.mjs"), $"http://{server.Address}", transports,
            WarmUp.ToString(CultureInfo.InvariantCulture), Connections.ToString(CultureInfo.InvariantCulture),
        ];
        using var client = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
        var output = await client.StandardOutput.ReadToEndAsync();
        await client.WaitForExitAsync();
        if (client.ExitCode != 0)
            throw new InvalidOperationException($"The stock client ended with {client.ExitCode} over {transports}.");
        var (connect, ack) = (Histogram(output, "connect"), Histogram(output, "ack"));
        return [.. new[] { connect, ack }.SelectMany(static h => new[] { h.Percentile(0.5), h.Percentile(0.99) }).Select(static t => t.TotalMilliseconds)];
    }

    private static LatencyHistogram Histogram(string output, string name)
    {
        using var document = JsonDocument.Parse(output);
        var histogram = new LatencyHistogram();
        foreach (var milliseconds in document.RootElement.GetProperty(name).EnumerateArray())
            histogram.Record(TimeSpan.FromMilliseconds(milliseconds.GetDouble()));
        return histogram;
    }
}

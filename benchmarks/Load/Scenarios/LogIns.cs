using System.Globalization;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>Log-ins with the right password at one cost of bcrypt, at our server and at its peers, turn by turn in one run.</summary>
public sealed class LogIns : Scenario
{
    private const int Clients = 8;

    public override string Name => "logins";

    public override string Summary => "log-ins a second and their CPU at equal bcrypt cost, beside Fastify and FastAPI";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns = ["database", "server", "log-ins/s", "all rounds", "p50 ms", "p99 ms", "server CPU ms each", "refused"],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            var rounds = new Dictionary<string, List<Measured>>();
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var name in options.Peers.Prepend(MailboxServer.Ours).Where(static p => p != "bare"))
                {
                    await using var server = await MailboxServer.StartAsync(name, options, work, postgres, options.Bcrypt);
                    var measured = await AskAsync(server, options);
                    (rounds.TryGetValue(name, out var all) ? all : rounds[name] = []).Add(measured);
                    Progress($"{product} {name}: {Each(measured)} ms each");
                }
            }

            foreach (var (name, all) in rounds)
                Write(report, product, name, all);
        }

        report.Note($"bcrypt at cost {options.Bcrypt}; {Clients} connections, each an account that waits for its answer before it signs in again; median of {options.Rounds} rounds of {options.Length.TotalSeconds:0} s.");
    }

    private static async Task<Measured> AskAsync(MailboxServer server, LoadOptions options)
    {
        await Account.RegisterAsync(server.Address, Clients);
        var senders = new List<Sender>();
        try
        {
            for (var i = 0; i < Clients; i++)
                senders.Add(await RequestSender.OpenAsync(server.Address, [Account.LogIn(i)]));
            return await ClosedLoop.RunAsync(senders, Window.After(options.WarmUp, options.Length), () => server.Cpu);
        }
        finally
        {
            senders.ForEach(static s => s.Dispose());
        }
    }

    private static void Write(Report report, string product, string name, List<Measured> all)
    {
        var middle = Figures.Median(all);
        var refused = all.Sum(static r => r.Refused);
        report.Row(
            product, name, middle.PerSecond.ToString("0.0", CultureInfo.InvariantCulture),
            string.Create(CultureInfo.InvariantCulture, $"{all.Min(static r => r.PerSecond):0.0}–{all.Max(static r => r.PerSecond):0.0}"),
            Figures.Milliseconds(middle.Latency.Percentile(0.5)), Figures.Milliseconds(middle.Latency.Percentile(0.99)), Each(middle), Figures.Whole(refused));
        if (refused > 0)
            report.Fail($"{refused} log-ins of {product}/{name} were refused.");
    }

    // 1,000 of them cost as many seconds as one costs milliseconds.
    private static string Each(Measured measured) => measured.PerThousand(measured.Cpu.Server).ToString("0.0", CultureInfo.InvariantCulture);
}

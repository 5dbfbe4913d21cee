using System.Globalization;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>The same requests to our server and to its peers, turn by turn in one run: what each costs in processor time.</summary>
public sealed class Requests : Scenario
{
    private const int MessagesInEachBox = 60;
    private const string Page = "/messages/received?limit=50";
    private const string Count = "/messages/unread/count";
    private const string Me = "/auth/me";

    // Sends last: they make the boxes longer.
    private static readonly (string Name, Func<Account, Account, IReadOnlyList<(byte[] Request, int Status)>> Turn)[] Questions =
    [
        ("GET /auth/me", static (own, _) => [Get(own, Me)]),
        ("unread count", static (own, _) => [Get(own, Count)]),
        ("received page of 50", static (own, _) => [Get(own, Page)]),
        ("durable send", static (own, other) => [Send(own, other)]),
        (
            "mixed, 1 send in 10",
            static (own, other) => [Send(own, other), Get(own, Me), Get(own, Count), Get(own, Page), Get(own, Me), Get(own, Count), Get(own, Page), Get(own, Me), Get(own, Count), Get(own, Page)]),
    ];

    public override string Name => "requests";

    public override string Summary => "CPU of reads and durable sends over HTTP, beside Fastify, FastAPI and a bare endpoint";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns = ["database", "request", "server", "requests/s", "all rounds", "p50 ms", "p99 ms", "server CPU s/1,000", "database CPU s/1,000", "refused"],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            await MeasureAsync(product, options, work, postgres, report);
        }

        report.Note(
            $"Median of {options.Rounds} rounds of {options.Length.TotalSeconds:0} s after {options.WarmUp.TotalSeconds:0} s of warm-up, the servers in turn; {options.Senders[0]} connections, each an account that " +
            $"waits for its answer before it asks again; boxes of {MessagesInEachBox} messages of 160 characters at the start.");
    }

    private static async Task MeasureAsync(string product, LoadOptions options, WorkFolder work, PrivatePostgres? postgres, Report report)
    {
        var servers = new List<(MailboxServer Server, List<Account> Accounts)>();
        try
        {
            foreach (var name in options.Peers.Prepend(MailboxServer.Ours).Where(p => MailboxServer.Runs(p, product)))
            {
                var server = await MailboxServer.StartAsync(name, options, work, postgres, bcrypt: 4);
                servers.Add((server, []));
                servers[^1] = (server, await FilledAsync(server, options.Senders[0]));
                Progress($"{product} {name} is filled");
            }

            foreach (var (question, turn) in Questions.Where(q => q.Name.Contains(options.Only, StringComparison.OrdinalIgnoreCase)))
            {
                var rounds = servers.ToDictionary(static s => s.Server, static _ => new List<Measured>());
                for (var round = 0; round < options.Rounds; round++)
                {
                    foreach (var (server, accounts) in servers)
                        rounds[server].Add(await AskAsync(server, accounts, turn, options));
                }

                foreach (var (server, all) in rounds)
                    Write(report, product, question, server.Name, all);
            }
        }
        finally
        {
            foreach (var (server, _) in servers)
                await server.DisposeAsync();
        }
    }

    /// <summary>Accounts in pairs, each with messages of the other.</summary>
    private static async Task<List<Account>> FilledAsync(MailboxServer server, int count)
    {
        var accounts = await Account.RegisterAsync(server.Address, (count + 1) / 2 * 2);
        using var http = await HttpConnection.OpenAsync(server.Address);
        for (var i = 0; i < accounts.Count; i++)
        {
            var template = new MessageTemplate(Send(accounts[i], accounts[i ^ 1]).Request);
            for (var m = 0; m < MessagesInEachBox; m++)
            {
                if (await http.ExchangeAsync(template.With(900_000_000_000 + m)) is not 201 and var status)
                    throw new InvalidOperationException($"{server.Name} answered a send with {status}.");
            }
        }

        await Task.Yield();
        return accounts;
    }

    private static async Task<Measured> AskAsync(
        MailboxServer server, List<Account> accounts, Func<Account, Account, IReadOnlyList<(byte[] Request, int Status)>> turn, LoadOptions options)
    {
        var senders = new List<Sender>();
        try
        {
            for (var i = 0; i < options.Senders[0]; i++)
                senders.Add(await RequestSender.OpenAsync(server.Address, turn(accounts[i], accounts[i ^ 1])));
            return await ClosedLoop.RunAsync(senders, Window.After(options.WarmUp, options.Length), () => server.Cpu);
        }
        finally
        {
            senders.ForEach(static s => s.Dispose());
        }
    }

    private static void Write(Report report, string product, string question, string server, List<Measured> all)
    {
        var middle = Figures.Median(all);
        var refused = all.Sum(static r => r.Refused);
        report.Row(
            product, question, server, Figures.Whole(middle.PerSecond), Figures.Spread(all), Figures.Milliseconds(middle.Latency.Percentile(0.5)), Figures.Milliseconds(middle.Latency.Percentile(0.99)),
            Figures.CpuSeconds(middle.PerThousand(middle.Cpu.Server)), middle.Cpu.Database == 0 ? "" : Figures.CpuSeconds(middle.PerThousand(middle.Cpu.Database)), Figures.Whole(refused));
        Progress(string.Create(
            CultureInfo.InvariantCulture, $"{product} {question} {server}: {middle.PerSecond:0}/s, {middle.PerThousand(middle.Cpu.Server):0.000} CPU s/1,000, {refused} refused"));
        if (refused > 0)
            report.Fail($"{refused} of {product}/{question}/{server} were refused: {all.Find(static r => r.FirstFault is not null)?.FirstFault ?? "another status"}.");
    }

    private static (byte[] Request, int Status) Get(Account own, string path) => (HttpConnection.Request("GET", path, own.Token, null), 200);

    private static (byte[] Request, int Status) Send(Account own, Account other) => (
        HttpConnection.Request(
            "POST", "/messages", own.Token, $$"""{"recipient_id":{{other.Id}},"content":"{{MessageTemplate.Body}}"}"""), 201);
}

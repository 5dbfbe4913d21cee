using System.Globalization;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>Whether reads cost more the more there is: a page of a long and a short conversation, the unread count of a full and a small box.</summary>
public sealed class Depth : Scenario
{
    private const int Long = 1_000_000;
    private const int Short = 10_000;
    private const int FullBox = 100_000;
    private const int SmallBox = 1_000;
    private const int Correspondents = 100;

    public override string Name => "depth";

    public override string Summary => $"history pages of {Long:#,0} and {Short:#,0} messages, unread counts of {FullBox:#,0} and {SmallBox:#,0}";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns = ["database", "request", "messages", "requests/s", "p50 ms", "p99 ms", "server CPU s/1,000", "database CPU s/1,000", "CPU to the smaller"],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            await using var database = await BenchDatabase.NewAsync(work, postgres);
            var accounts = await FillAsync(database, options);
            await using var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus);
            CpuTimes Cpu() => new(server.CpuSeconds, database.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
            foreach (var (name, small, large, request) in Questions(accounts))
            {
                var (fewer, more) = (new List<Measured>(), new List<Measured>());
                for (var round = 0; round < options.Rounds; round++)
                {
                    fewer.Add(await AskAsync(server, request(false), Cpu, options));
                    more.Add(await AskAsync(server, request(true), Cpu, options));
                }

                var least = Write(report, product, name, small, fewer, null);
                Write(report, product, name, large, more, least);
            }
        }

        report.Note($"{options.Senders[0]} connections that wait for their answers; median of {options.Rounds} rounds of {options.Length.TotalSeconds:0} s, the small and the large one in turn. A box of {FullBox:#,0} unread messages is spread over {Correspondents} conversations.");
    }

    /// <summary>Accounts and conversations through the server, the messages past it. The first is in the long conversation, the second in the short one, the third has the full box, the fourth the small one.</summary>
    private static async Task<List<Account>> FillAsync(BenchDatabase database, LoadOptions options)
    {
        List<Account> accounts;
        await using (var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus))
        {
            accounts = await Account.RegisterAsync(server.Address, 4 + Correspondents);
            using var http = await HttpConnection.OpenAsync(server.Address);
            for (var i = 0; i < 2; i++)
                accounts[i].ConversationId = await accounts[4].OpenConversationAsync(http, accounts[i]);
            for (var box = 2; box < 4; box++)
            {
                foreach (var other in accounts[4..])
                    other.ConversationId = await other.OpenConversationAsync(http, accounts[box]);
                if (box == 2)
                    await database.AddMessagesAsync([.. accounts[4..].Select(static a => a.ConversationId)], FullBox / Correspondents);
                else
                    await database.AddMessagesAsync([.. accounts[4..].Select(static a => a.ConversationId)], SmallBox / Correspondents);
            }

            await Task.Yield();
        }

        await database.AddMessagesAsync([accounts[0].ConversationId], Long);
        await database.AddMessagesAsync([accounts[1].ConversationId], Short);
        await database.AnalyzeAsync();
        Progress("filled");
        return accounts;
    }

    private static IEnumerable<(string Name, int Small, int Large, Func<bool, byte[]> Request)> Questions(List<Account> accounts)
    {
        byte[] Page(bool isLong, string where)
        {
            var account = accounts[isLong ? 0 : 1];
            return HttpConnection.Request("GET", $"/api/conversations/{account.ConversationId}/messages?limit=50{where}", account.Token, null);
        }

        yield return ("latest 50 of the history", Short, Long, isLong => Page(isLong, ""));
        yield return ("50 from the middle", Short, Long, isLong => Page(isLong, string.Create(CultureInfo.InvariantCulture, $"&before={(isLong ? Long : Short) / 2}")));
        yield return ("unread count", SmallBox, FullBox, isFull => HttpConnection.Request("GET", "/messages/unread/count", accounts[isFull ? 2 : 3].Token, null));
    }

    private static async Task<Measured> AskAsync(ServerUnderTest server, byte[] request, Func<CpuTimes> cpu, LoadOptions options)
    {
        var senders = new List<Sender>();
        try
        {
            for (var i = 0; i < options.Senders[0]; i++)
                senders.Add(await RequestSender.OpenAsync(server.Address, [(request, 200)]));
            return await ClosedLoop.RunAsync(senders, Window.After(options.WarmUp, options.Length), cpu);
        }
        finally
        {
            senders.ForEach(static s => s.Dispose());
        }
    }

    private static double Write(Report report, string product, string name, int messages, List<Measured> all, double? least)
    {
        var middle = Figures.Median(all);
        var cost = Figures.Median([.. all.Select(static r => r.PerThousand(r.Cpu.Server + r.Cpu.Database))]);
        report.Row(
            product, name, Figures.Whole(messages), Figures.Whole(middle.PerSecond), Figures.Milliseconds(middle.Latency.Percentile(0.5)), Figures.Milliseconds(middle.Latency.Percentile(0.99)),
            Figures.CpuSeconds(middle.PerThousand(middle.Cpu.Server)), middle.Cpu.Database == 0 ? "" : Figures.CpuSeconds(middle.PerThousand(middle.Cpu.Database)),
            least is null ? "" : Figures.Ratio(cost / least.Value));
        Progress($"{product} {name} of {Figures.Whole(messages)}: {Figures.CpuSeconds(cost)} CPU s/1,000{(least is null ? "" : $", {Figures.Ratio(cost / least.Value)} of the smaller")}");
        if (all.Sum(static r => r.Refused) is > 0 and var refused)
            report.Fail($"{refused} of {product}/{name} were refused: {all.Find(static r => r.FirstFault is not null)?.FirstFault ?? "another status"}.");
        return cost;
    }
}

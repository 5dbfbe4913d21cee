using System.Globalization;
using Stoa.Load.Clients;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>What a crowd that signs in without pause does to those who send messages.</summary>
public sealed class LogInsBeside : Scenario
{
    private const int Crowd = 100;

    public override string Name => "logins-beside";

    public override string Summary => $"latency of sends while {Crowd} clients sign in without pause";

    protected override Report NewReport(LoadOptions options) => new(options.Section)
    {
        Columns = ["database", "round", "log-ins beside", "sends/s", "p50 ms", "p99 ms", "log-ins/s", "refused for the moment/s", "p99 with/without"],
    };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            await using var server = await MailboxServer.StartAsync(MailboxServer.Ours, options, work, postgres, options.Bcrypt);
            var accounts = await Account.RegisterAsync(server.Address, Crowd);
            var ratios = new List<double>();
            for (var round = 1; round <= options.Rounds; round++)
            {
                var alone = await SendAsync(server, accounts, options);
                Write(report, product, round, alone, null, "");
                var (beside, crowd) = await SendBesideAsync(server, accounts, options);
                ratios.Add(beside.Latency.Percentile(0.99) / alone.Latency.Percentile(0.99));
                Write(report, product, round, beside, crowd, Figures.Ratio(ratios[^1]));
            }

            report.Note($"{product}: p99 with the crowd is {Figures.Ratio(Figures.Median(ratios))} of p99 without (median of the rounds).");
        }

        report.Note($"{options.Senders[0]} senders over HTTP, each waits for its acknowledgement; {Crowd} clients sign in over a connection each, ask again at once whatever the answer; bcrypt at cost {options.Bcrypt}.");
    }

    private static async Task<(Measured Sends, Measured LogIns)> SendBesideAsync(MailboxServer server, List<Account> accounts, LoadOptions options)
    {
        var crowd = new List<Sender>();
        try
        {
            for (var i = 0; i < Crowd; i++)
                crowd.Add(await RequestSender.OpenAsync(server.Address, [Account.LogIn(i)]));
            var signingIn = ClosedLoop.RunAsync(crowd, Window.After(options.WarmUp, options.Length), () => server.Cpu);
            var sends = await SendAsync(server, accounts, options);
            return (sends, await signingIn);
        }
        finally
        {
            crowd.ForEach(static s => s.Dispose());
        }
    }

    private static async Task<Measured> SendAsync(MailboxServer server, List<Account> accounts, LoadOptions options)
    {
        var senders = new List<Sender>();
        try
        {
            for (var i = 0; i < options.Senders[0]; i++)
            {
                var (own, other) = (accounts[i % Crowd], accounts[(i % Crowd) ^ 1]);
                senders.Add(await RequestSender.OpenAsync(server.Address, [
                    (HttpConnection.Request("POST", "/messages", own.Token, $$"""{"recipient_id":{{other.Id}},"content":"{{MessageTemplate.Body}}"}"""), 201)]));
            }

            return await ClosedLoop.RunAsync(senders, Window.After(options.WarmUp, options.Length), () => server.Cpu);
        }
        finally
        {
            senders.ForEach(static s => s.Dispose());
        }
    }

    private static void Write(Report report, string product, int round, Measured sends, Measured? crowd, string ratio)
    {
        report.Row(
            product, round.ToString(CultureInfo.InvariantCulture), crowd is null ? "none" : Crowd.ToString(CultureInfo.InvariantCulture), Figures.Whole(sends.PerSecond),
            Figures.Milliseconds(sends.Latency.Percentile(0.5)), Figures.Milliseconds(sends.Latency.Percentile(0.99)),
            crowd?.PerSecond.ToString("0.0", CultureInfo.InvariantCulture) ?? "",
            crowd is null ? "" : Figures.Whole(crowd.Refused / crowd.Length.TotalSeconds), ratio);
        Progress($"{product} {round}: p99 {Figures.Milliseconds(sends.Latency.Percentile(0.99))} ms {(crowd is null ? "alone" : $"beside {crowd.PerSecond:0.0} log-ins/s, {crowd.Refused} refused {crowd.FirstFault}")}");
        if (sends.Refused > 0)
            report.Fail($"{sends.Refused} sends were refused: {sends.FirstFault ?? "another status"}.");
    }
}

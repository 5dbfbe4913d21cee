using System.Net;
using Stoa.Load.Clients;
using Stoa.Load.Floors;
using Stoa.Load.Measuring;
using Stoa.Load.Servers;

namespace Stoa.Load.Scenarios;

/// <summary>How many messages a second are stored and acknowledged, at what latency and CPU, beside the least that the database asks for.</summary>
public sealed class Sends : Scenario
{
    public override string Name => "sends";

    public override string Summary => "durable sends a second, latency and CPU, beside raw inserts on the same disk";

    protected override Report NewReport(LoadOptions options) => new(options.Section) { Columns = SendsCell.Columns };

    protected override async Task MeasureAsync(LoadOptions options, WorkFolder work, Report report)
    {
        foreach (var product in options.Databases)
        {
            await using var postgres = product == "postgres" ? await PrivatePostgres.StartAsync(work) : null;
            if (postgres is not null)
                report.Fact("PostgreSQL", await postgres.VersionAsync());
            foreach (var count in options.Senders)
            {
                var cell = new SendsCell(options, product, count);
                await MeasureAsync(cell, work, postgres);
                cell.WriteTo(report);
            }
        }

        var who = options.Conversations == 0 ? "two senders to a conversation" : $"everybody in {options.Conversations} group conversation(s)";
        report.Note(
            $"Median of {options.Rounds} rounds of {options.Length.TotalSeconds:0} s, floor and server in turn on the same disk, {options.WarmUp.TotalSeconds:0} s of " +
            $"warm-up each; {who}; messages of 160 characters with a client id" +
            (options.Databases.Contains("postgres") ? $"; PostgreSQL floor with {options.FloorWriters} writer(s)." : "."));
    }

    /// <summary>Floor, server, floor, server …: what the machine does meanwhile meets both.</summary>
    private static async Task MeasureAsync(SendsCell cell, WorkFolder work, PrivatePostgres? postgres)
    {
        var options = cell.Options;
        await using var floorDatabase = await BenchDatabase.NewAsync(work, postgres);
        await floorDatabase.MigrateAsync();
        var pairs = await floorDatabase.AddPairsAsync((cell.Senders + 1) / 2);
        using Floor floor = postgres is null ? new SqliteFloor(floorDatabase.Url) : new PostgresFloor(floorDatabase.Url, options.FloorWriters);

        await using var database = await BenchDatabase.NewAsync(work, postgres);
        await using var server = await ServerUnderTest.StartAsync(database.Url, database.Folder, options.ServerCpus);
        var accounts = await PrepareAsync(server.Address, database, cell.Senders, options.Conversations);

        for (var round = 1; round <= options.Rounds; round++)
        {
            await cell.RunAsync(SendsCell.Floor, FloorSenders(floor, pairs, cell.Senders, round), () => Cpu(0, database));
            foreach (var door in options.Over)
                await cell.RunAsync(door, await OpenAsync(door, server.Address, accounts), () => Cpu(server.CpuSeconds, database));
        }
    }

    private static CpuTimes Cpu(double server, BenchDatabase database) =>
        new(server, database.CpuSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);

    private static List<Sender> FloorSenders(Floor floor, List<(long Conversation, long One, long Other)> pairs, int count, int round) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            var (conversation, one, other) = pairs[i / 2];
            var (sender, recipient) = i % 2 == 0 ? (one, other) : (other, one);
            return new FloorSender(floor, conversation, sender, recipient, $"r{round}-");
        }),
    ];

    private static async Task<List<Sender>> OpenAsync(string door, IPEndPoint server, List<Account> accounts)
    {
        var senders = new List<Sender>(accounts.Count);
        foreach (var account in accounts)
            senders.Add(door == "http" ? await HttpSender.OpenAsync(server, account) : await SocketSender.OpenAsync(server, account));
        return senders;
    }

    /// <summary>Accounts that have a conversation to write to: with the neighbour, or in groups shared by all.</summary>
    /// <returns>As many as there are senders.</returns>
    private static async Task<List<Account>> PrepareAsync(IPEndPoint server, BenchDatabase database, int senders, int groups)
    {
        var accounts = await Account.RegisterAsync(server, (senders + 1) / 2 * 2);
        if (groups == 0)
        {
            using var http = await HttpConnection.OpenAsync(server);
            foreach (var pair in accounts.Chunk(2))
                pair[0].ConversationId = pair[1].ConversationId = await pair[0].OpenConversationAsync(http, pair[1]);
        }
        else
        {
            foreach (var members in accounts.Select(static (a, i) => (Account: a, Index: i)).GroupBy(m => m.Index % groups, static m => m.Account))
            {
                var id = await database.AddGroupAsync(members.Select(static m => m.Id));
                foreach (var member in members)
                    member.ConversationId = id;
            }
        }

        await Task.Yield();
        return accounts[..senders];
    }
}

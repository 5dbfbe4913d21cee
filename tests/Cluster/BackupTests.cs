using System.Globalization;
using System.Text.RegularExpressions;
using Cluster.Clients;
using Cluster.Processes;
using Cluster.Records;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A backup made under load brings back everything that was acknowledged before its mark, and no half of anything.</summary>
public sealed partial class BackupTests
{
    private const int Senders = 8;
    private const int Growth = 20;
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(60);

    [Theory, EachDatabase]
    public async Task Everything_acknowledged_before_the_mark_is_in_the_backup(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var crowd = await Crowd.GatherAsync(server, database, Senders);
        var (ledger, turnstile) = (new Ledger(), new Turnstile());
        using var stop = new CancellationTokenSource();
        var sending = crowd.Senders(ledger, turnstile).Select(s => Task.Run(() => s.SendAsync(int.MaxValue, stop.Token))).ToList();

        var rounds = product == Database.Sqlite ? 20 : 3;
        for (var round = 1; round <= rounds; round++)
        {
            turnstile.Open();
            await ledger.GrowsBy(Growth).WaitAsync(SendLimit, TestContext.Current.CancellationToken);
            var file = Path.Combine(database.Folder, $"{round}.stoa");
            var mark = Mark((await Verb.RunAsync(database, ["backup", file])).Works());
            turnstile.Close();
            await RestoresAsync(product, file, ledger.At(mark.Time), mark.Message, round == rounds ? crowd : null);
        }

        Assert.DoesNotContain(sending, static s => s.IsCompleted);
        turnstile.Open();
        await stop.CancelAsync();
        await Task.WhenAll(sending);
        Assert.Empty(ledger.Refused);
    }

    [Theory, EachDatabase]
    public async Task A_backup_is_whole_or_refused_and_nothing_is_overwritten_unasked(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var one = await Client.RegisterAsync(server, "one");
        var file = Path.Combine(database.Folder, "a.stoa");
        (await Verb.RunAsync(database, ["backup", file])).Works();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        var whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);

        (await Verb.RunAsync(database, ["backup", file])).Refuses("--force");
        Assert.Equal(whole, await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        (await Verb.RunAsync(database, ["backup", file, "--fource"])).Refuses("usage", code: 2);
        (await Verb.RunAsync(database, ["backup"])).Refuses("usage", code: 2);
        (await Verb.RunAsync(database, ["backup", Path.Combine(database.Folder, "nowhere", "a.stoa")])).Refuses("nowhere");
        (await Verb.RunAsync(database, ["restore", file])).Refuses("has tables already");
        (await Verb.RunAsync(database, ["restore", file, "--force"])).Refuses("in use");
        (await one.GetAsync("/auth/me")).Is(200);
        await DamagedOnesAreRefusedAsync(product, database.Folder, whole);
        (await Verb.RunAsync(database, ["backup", "--force", file])).Works();
        Assert.DoesNotContain(Directory.GetFiles(database.Folder), static f => f.Contains(".part", StringComparison.Ordinal));
    }

    [Theory, EachDatabase]
    public async Task A_forced_restore_keeps_what_was_there(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var before = await Client.RegisterAsync(server, "before");
        var file = Path.Combine(database.Folder, "a.stoa");
        (await Verb.RunAsync(database, ["backup", file])).Works();
        using var after = await Client.RegisterAsync(server, "after");
        await server.KillAsync();

        (await Verb.RunAsync(database, ["restore", file, "--force"])).Works();

        Assert.Equal(1, await database.TakeAwayPutAsideAsync());
        await server.StartAsync();
        (await before.GetAsync("/auth/me")).Is(200);
        Assert.Equal(401, (await after.GetAsync("/auth/me")).Status);
    }

    private static async Task RestoresAsync(Database product, string file, Ledger then, long highest, Crowd? crowd)
    {
        await using var empty = new ServerDatabase(product);
        (await Verb.RunAsync(empty, ["restore", file])).Works();

        var record = await ServerRecord.ReadAsync(empty.Target);
        Assert.InRange(then.Acknowledged.Count, Growth, int.MaxValue);
        record.Holds(then);
        record.HasNoGaps();
        record.CountsUnreadRightly();
        Assert.Equal(highest, record.Messages.Max(static m => m.Id));
        if (crowd is null)
            return;

        // The signing key came along: whoever was signed in still is.
        await using var second = new ServerProcess(empty);
        await second.StartAsync();
        using var somebody = crowd.Clients[0].At(second);
        (await somebody.GetAsync("/auth/me")).Is(200);
    }

    private static async Task DamagedOnesAreRefusedAsync(Database product, string folder, byte[] whole)
    {
        var damaged = Path.Combine(folder, "damaged.stoa");
        await using var empty = new ServerDatabase(product);
        byte[][] versions = [whole[..(whole.Length / 2)], whole[..^1], [], [.. whole[..(whole.Length / 2)], (byte)~whole[whole.Length / 2], .. whole[(whole.Length / 2 + 1)..]]];
        foreach (var bytes in versions)
        {
            await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);
            var refused = await Verb.RunAsync(empty, ["restore", damaged]);
            refused.Refuses("");
            Assert.Matches("not a whole backup|was altered", refused.Errors);
        }

        // Nothing was left behind that would stand in the way of the whole one.
        await File.WriteAllBytesAsync(damaged, whole, TestContext.Current.CancellationToken);
        (await Verb.RunAsync(empty, ["restore", damaged])).Works();
    }

    private static (DateTimeOffset Time, long Message) Mark(Verb backup)
    {
        var mark = MarkLine().Match(backup.Output);
        Assert.True(mark.Success, backup.Output);
        return (DateTimeOffset.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture), long.Parse(mark.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"mark: (\S+Z), message (\d+), migration \S+")]
    private static partial Regex MarkLine();
}

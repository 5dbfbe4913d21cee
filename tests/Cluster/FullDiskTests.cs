using System.Diagnostics;
using System.Globalization;
using Cluster.Clients;
using Cluster.Processes;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A disk that takes nothing more: everybody is told so, nothing that was acknowledged is lost, and once there is room the same process goes on.</summary>
public sealed class FullDiskTests
{
    /// <summary>Any Linux lets a process limit how far files may grow, which SQLite meets as it meets a disk's end.</summary>
    [Fact]
    public async Task A_record_that_may_not_grow_refuses_what_would_be_written_and_goes_on_when_it_may()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = new ServerProcess(database) { Within = ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"] };
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");
        using var ben = await Client.RegisterAsync(server, "ben");
        var conversation = await ana.OpenConversationAsync(ben);

        await LimitAsync(server, "200000:");
        var refused = await WriteAsync(ana, ben, 40);
        Assert.Contains(refused, static status => status == 503);
        Assert.All(refused, static status => Assert.True(status is 201 or 503, $"answered {status}"));

        await LimitAsync(server, "unlimited:");
        await Eventually.IsAsync(201, async () => (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "after" })).Status);
        await KeptAsync(ben, conversation, 2 + refused.Count(static s => s == 201));
        OneLineABurst(server);
    }

    /// <summary>A small disk of its own, in a mount namespace: with files, logs' neighbours and the database on it.</summary>
    [Fact]
    public async Task A_full_disk_refuses_messages_and_files_and_takes_them_when_there_is_room()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = OnSmallDisk(database, out var disk, before: "");
        server.Settings["Database__Url"] = $"sqlite:///{Path.Combine(database.Folder, "beside.db")}";
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");
        (await UploadAsync(server, ana)).Is(201);

        var fill = FillDisk($"/proc/{server.ProcessId}/root{disk}");
        for (var i = 0; i < 3; i++)
            Assert.Equal("unavailable", (await UploadAsync(server, ana)).Is(503).GetProperty("code").GetString());
        (await ana.GetAsync("/auth/me")).Is(200);

        File.Delete(fill);
        (await UploadAsync(server, ana)).Is(201);
        OneLineABurst(server);
    }

    [Fact]
    public async Task A_full_disk_with_the_record_on_it_loses_nothing_that_was_acknowledged()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = OnSmallDisk(database, out var disk, before: "");
        server.Settings["Database__Url"] = $"sqlite:///{disk}/stoa.db";
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");
        using var ben = await Client.RegisterAsync(server, "ben");
        var conversation = await ana.OpenConversationAsync(ben);

        var fill = FillDisk($"/proc/{server.ProcessId}/root{disk}");
        var refused = await WriteAsync(ana, ben, 40);
        Assert.Contains(refused, static status => status == 503);
        Assert.All(refused, static status => Assert.True(status is 201 or 503, $"answered {status}"));
        Assert.Equal(503, (await UploadAsync(server, ana)).Status);
        (await ben.GetAsync("/messages")).Is(200);

        File.Delete(fill);
        (await ana.PostAsync("/messages", new { recipient_id = ben.Id, content = "after" })).Is(201);
        await KeptAsync(ben, conversation, 2 + refused.Count(static s => s == 201));
        OneLineABurst(server);
    }

    [Fact]
    public async Task A_start_on_a_full_disk_is_refused_in_one_line_and_may_be_tried_again()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = OnSmallDisk(database, out var disk, before: "head -c 9000000 /dev/zero 2>/dev/null > \"$1/fill\" ; ");
        server.Settings["Database__Url"] = $"sqlite:///{disk}/stoa.db";
        server.Start();

        Assert.Equal(1, await server.ExitAsync());
        var said = server.Console().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(said is [var line] && line.Contains("No space left", StringComparison.Ordinal), $"said: {server.Console()}");
    }

    /// <param name="before">What the shell does on the disk, <c>$1</c>, before the server starts.</param>
    private static ServerProcess OnSmallDisk(ServerDatabase database, out string disk, string before)
    {
        disk = Directory.CreateDirectory(Path.Combine(database.Folder, "disk")).FullName;
        string[] within = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", $"mount -t tmpfs -o size=8m tmpfs \"$1\" && {before}shift && exec \"$@\"", "sh", disk];
        using var trial = Process.Start(new ProcessStartInfo("unshare", [.. within[1..], "true"]) { RedirectStandardError = true })!;
        trial.WaitForExit();
        Assert.SkipUnless(trial.ExitCode == 0, "this machine lets nobody mount a disk in a namespace of his own (unshare --user --mount)");
        return new ServerProcess(database) { Within = within, Settings = { ["Data__Folder"] = disk } };
    }

    private static string FillDisk(string disk)
    {
        var path = Path.Combine(disk, "fill");
        using var fill = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var size = 1 << 16; size > 0;)
        {
            try
            {
                fill.Write(new byte[size]);
            }
            catch (IOException)
            {
                size /= 2;
            }
        }

        return path;
    }

    private static async Task LimitAsync(ServerProcess server, string bytes)
    {
        using var limit = Process.Start("prlimit", ["--pid", server.ProcessId.ToString(CultureInfo.InvariantCulture), $"--fsize={bytes}"]);
        await limit.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, limit.ExitCode);
    }

    private static async Task<List<int>> WriteAsync(Client from, Client to, int count)
    {
        var answers = new List<int>();
        for (var i = 0; i < count; i++)
            answers.Add((await from.PostAsync("/messages", new { recipient_id = to.Id, content = $"{i} {new string('x', 3000)}" })).Status);
        return answers;
    }

    private static async Task<Reply> UploadAsync(ServerProcess server, Client client)
    {
        using var http = new HttpClient { BaseAddress = server.Address };
        using var form = new MultipartFormDataContent { { new StringContent(new string('x', 60_000)), "files", "notes.txt" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form };
        request.Headers.Authorization = new("Bearer", client.AccessToken);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task KeptAsync(Client reader, long conversation, int count) => Assert.Equal(count, (await reader.ReadAllAsync(conversation)).Count);

    private static void OneLineABurst(ServerProcess server)
    {
        Assert.InRange(server.Console().Split("record.away").Length - 1, 1, 5);
        Assert.DoesNotContain("unhandled exception", server.Console(), StringComparison.Ordinal);
    }
}

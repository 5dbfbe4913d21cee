using System.Net.Http.Headers;
using Cluster.Clients;
using Cluster.Processes;
using Microsoft.Data.Sqlite;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>What was given out and then lost with the record opens nothing of what was written in its place.</summary>
public sealed class OutlivedTests
{
    private static readonly byte[] Secret = "the text that only Mallory may read"u8.ToArray();

    [Theory, EachDatabase]
    public async Task Nothing_issued_between_a_backup_and_its_restore_opens_anything_after_it(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var vera = await Client.RegisterAsync(server, "vera");
        var file = Path.Combine(database.Folder, "a.stoa");
        (await Verb.RunAsync(database, ["backup", file])).Works();

        await LosesWhatAliceHadAsync(server, async () =>
        {
            (await Verb.RunAsync(database, ["restore", file, "--force"])).Works();
            await database.TakeAwayPutAsideAsync();
        });
        (await vera.GetAsync("/auth/me")).Is(200);
    }

    [Fact]
    public async Task Nothing_issued_opens_anything_after_the_file_was_copied_back_by_hand()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var vera = await Client.RegisterAsync(server, "vera");
        await server.StopAsync(within: TimeSpan.FromSeconds(30));
        var file = new SqliteConnectionStringBuilder(database.Target.Connection).DataSource;
        var kept = Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*").ToDictionary(static f => f, File.ReadAllBytes);
        await server.StartAsync();

        await LosesWhatAliceHadAsync(server, async () =>
        {
            foreach (var now in Directory.GetFiles(Path.GetDirectoryName(file)!, Path.GetFileName(file) + "*"))
                File.Delete(now);
            foreach (var (path, bytes) in kept)
                await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);
        });
        (await vera.GetAsync("/auth/me")).Is(200);
    }

    /// <summary>Alice comes, the record goes back to before her, Mallory comes in her place.</summary>
    private static async Task LosesWhatAliceHadAsync(ServerProcess server, Func<Task> goBackAsync)
    {
        using var alice = await Client.RegisterAsync(server, "alice");
        var old = await UploadAsync(alice, "hello from Alice"u8.ToArray());
        await server.KillAsync();
        await goBackAsync();
        await server.StartAsync();
        using var mallory = await Client.RegisterAsync(server, "mallory");
        var link = await UploadAsync(mallory, Secret);

        // It would prove nothing if the two had not the same number.
        Assert.Equal(alice.Id, mallory.Id);
        Assert.Equal(401, (await alice.GetAsync("/auth/me")).Status);
        Assert.Equal(401, (await alice.PostAsync("/auth/refresh", new { refresh_token = alice.RefreshToken })).Status);
        Assert.InRange((await alice.GetAsync(old)).Status, 403, 404);
        Assert.Equal(System.Text.Encoding.UTF8.GetString(Secret), (await mallory.GetAsync(link)).Text);
    }

    /// <summary>The link to a file that was just sent.</summary>
    private static async Task<string> UploadAsync(Client sender, byte[] text)
    {
        using var http = new HttpClient { BaseAddress = sender.Server.Address };
        using var part = new ByteArrayContent(text);
        part.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        using var form = new MultipartFormDataContent { { part, "files", "note.txt" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", sender.AccessToken);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = new Reply((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Is(201);
        return body.GetProperty("uploads")[0].GetProperty("url").GetString()!;
    }
}

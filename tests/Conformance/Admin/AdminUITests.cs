using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Stoa.SocketIO.Admin;

namespace Stoa.Conformance.Admin;

/// <summary>The official admin UI, as npm has it, in a browser.</summary>
public sealed class AdminUITests
{
    [Fact]
    public async Task The_official_ui_connects_and_shows_what_is_there_and_what_happens()
    {
        await using var server = await TestServer.StartAsync(
            static io => io.MapAdmin("/admin", static o =>
            {
                o.Authenticate = static (name, password, _) => new(name == "root" && password == "secret");
                o.Detail = AdminDetail.Events;
                o.Interval = TimeSpan.FromMilliseconds(200);
            }),
            routes: Page);
        await using var client = await server.ConnectAsync();
        await server.IO.SocketsJoinAsync("lobby");
        using var busy = CancellationTokenSource.CreateLinkedTokenSource(TestServer.Cancellation);
        var talking = TalkAsync(client, busy.Token);
        var profile = Directory.CreateTempSubdirectory("stoa-admin-").FullName;
        try
        {
            await Node.RunAsync("admin-ui.mjs", new Uri(server.Address, "/ui/index.html").ToString(), server.Address.ToString().TrimEnd('/'), profile, client.Sid, "lobby", "a question");
        }
        finally
        {
            await busy.CancelAsync();
            await talking;
            Directory.Delete(profile, recursive: true);
        }
    }

    private static async Task TalkAsync(WireSocket client, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await client.SendAsync("""42["a question"]""");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static void Page(WebApplication app)
    {
        var types = new FileExtensionContentTypeProvider();
        app.MapGet("/ui/{**file}", (string file) => Results.File(
            Path.Combine(Node.Folder, "node_modules/@socket.io/admin-ui/ui/dist", file), types.TryGetContentType(file, out var type) ? type : "text/plain"));
    }
}

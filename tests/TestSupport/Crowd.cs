using Xunit;

namespace Stoa.TestSupport;

/// <summary>
/// Strangers who use a shared server all the time while tests do (<c>STOA_TEST_CROWD=1</c>): they sign up, write to each other and to the desk, which answers,
/// report, come online and go. A test that takes somebody else's news for its own fails beside them every time, not once in a hundred runs.
/// </summary>
internal sealed class Crowd : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource over = new();
    private readonly Task acting;

    private Crowd(StoaServer server)
    {
        // The test that happens to be the first must not lend the crowd its context.
        using (ExecutionContext.SuppressFlow())
            acting = Task.Run(() => ActAsync(server));
    }

    public static Crowd? Beside(StoaServer server) => Environment.GetEnvironmentVariable("STOA_TEST_CROWD") == "1" ? new Crowd(server) : null;

    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await acting;
        over.Dispose();
    }

    private async Task ActAsync(StoaServer server)
    {
        using var root = await server.SuperuserAsync();
        while (!over.IsCancellationRequested)
        {
            await SceneAsync(server, root);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private static async Task SceneAsync(StoaServer server, Person root)
    {
        using var one = await server.RegisterAsync("passer-by");
        using var two = await server.RegisterAsync("passer-by");
        await using var online = await LiveSocket.ConnectAsync(two);
        var first = await one.WriteToAsync(two, "words of a stranger");
        (await two.PutAsync($"/messages/{first.Body.GetProperty("id").GetInt64()}/read")).Is(200);
        (await one.PostAsync("/api/conversations/admin/messages", new { content = "a stranger asks" })).Is(201);
        (await root.PostAsync($"/api/admin/conversations/{one.Id}/messages", new { content = "a stranger is answered" })).Is(201);
        (await root.PostAsync($"/api/admin/conversations/{one.Id}/read", null)).Is(200);
        (await two.PostAsync("/api/conversations/admin/messages", new { content = "another asks" })).Is(201);
        await online.EmitAsync("dm:typing_start", new { conversationId = $"admin_{two.Id}" });
        (await one.PostAsync("/reports", new { title = "a stranger's", content = "complaint" })).Is(201);
        (await root.PutAsync($"/auth/users/{one.Id}/disable")).Is(200);
        Assert.Equal(401, (await one.GetAsync("/auth/me")).Status);
    }
}

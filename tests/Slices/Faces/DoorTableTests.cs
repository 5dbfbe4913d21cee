using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Server.Realtime;
using Stoa.TestSupport;
using Stoa.TestSupport.Answers;
using Xunit;

namespace Slices.Faces;

/// <summary>Every route and every event stands in <see cref="DoorTable"/>, and answers each credential as it stands there.</summary>
public sealed class DoorTableTests
{
    private const string Key = "a-key-of-enough-letters-to-be-no-guess-1";
    private static readonly string[] Unasked = ["auth.required", "auth.forbidden"];
    private static readonly string[] OfTheDoor = 
    [
        .. Unasked, "auth.token_invalid", "auth.session_ended", "auth.second_step_needed", "auth.key_wrong", "auth.key_missing",
        "auth.refresh_invalid",
    ];

    [Fact]
    public void Every_route_and_every_event_has_its_place_in_the_table()
    {
        var routes = Endpoints(StoaServer.For(Database.Sqlite)).ToList();
        var known = routes.SelectMany(static r => (string[])[r.Path, DoorTable.WithoutApi(r.Path)], static (r, at) => $"{r.Method} {at}")
            .ToHashSet();
        var named = DoorTable.Routes.SelectMany(static r => r.Value).Concat(DoorTable.Operations.SelectMany(static o => o.Routes))
            .Select(static row => row.Split(' ')).SelectMany(static row => row[..^1], static (row, method) => $"{method} {row[^1]}")
            .ToHashSet();
        var events = typeof(Events).GetFields(BindingFlags.Public | BindingFlags.Static).Where(static f => f.IsLiteral)
            .Select(static f => (string)f.GetRawConstantValue()!);
        var ofTable = DoorTable.Operations.SelectMany(static o => o.Events).Concat(DoorTable.Told);

        Assert.True(routes.Count > 200, $"only {routes.Count} routes");
        Assert.Subset(known, named);
        Assert.Equal(events.Order(StringComparer.Ordinal), ofTable.Order(StringComparer.Ordinal));
        var misplaced = routes.Where(static r => r.Policy != PolicyOf(DoorTable.RightOf(r.Method, r.Path)))
            .Select(static r => $"{r.Method} {r.Path} is for {r.Policy}, not for {DoorTable.RightOf(r.Method, r.Path)}").ToList();
        Assert.True(misplaced.Count == 0, string.Join('\n', misplaced));
    }

    [Fact]
    public async Task Every_route_takes_the_credentials_of_its_place_and_no_others()
    {
        await using var stoa = StoaServer.Start(Database.Sqlite, null, ("Accounts:AdminSecretKey", Key));
        using var people = new Shown(stoa);
        using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = stoa.Address };
        var wrong = new List<string>();

        // HEAD is answered as GET and shows no code.
        foreach (var (method, path, _, body) in Endpoints(stoa).Where(static e => e.Method != HttpMethods.Head))
        {
            var right = DoorTable.RightOf(method, path);
            foreach (var (credential, expected) in DoorTable.Credentials.Zip(DoorTable.Cells[right]))
            {
                var found = await AskAsync();
                if (found != expected)
                    wrong.Add($"{method} {path} ({right}) with {credential}: {found} instead of {expected}");

                // A route before this one may have ended the session.
                async Task<string> AskAsync(bool isAgain = false)
                {
                    using var request = Ask(method, path, right == DoorTable.Renewal ? null : body);
                    await people.PutAsync(request, credential, isAgain);
                    using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
                    var code = await CodeOfAsync(answer);
                    return code == "auth.session_ended" && !isAgain ? await AskAsync(isAgain: true)
                        : (right == DoorTable.Anyone ? Unasked : OfTheDoor).Contains(code) ? code! : DoorTable.Taken;
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public async Task Every_event_takes_the_credentials_of_the_socket_and_no_others()
    {
        await using var stoa = StoaServer.Start(Database.Sqlite, null, ("Accounts:AdminSecretKey", Key));
        using var people = new Shown(stoa);
        foreach (var (credential, expected) in DoorTable.Credentials.Zip(DoorTable.Cells[DoorTable.Socket]))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            await people.PutAsync(request, credential);
            var (socket, refusal) = await ConnectAsync(stoa, request);
            Assert.Equal((credential, expected), (credential, refusal ?? DoorTable.Taken));
            if (socket is null)
                continue;

            await using (socket)
            {
                // Events are handled in their order: what was not acknowledged before the last of them never is.
                var told = DoorTable.Told.Select(name => (Name: name, Answer: socket.EmitAsync(name, new { }))).ToList();
                foreach (var name in DoorTable.Operations.SelectMany(static o => o.Events))
                {
                    var answer = await socket.EmitAsync(name, new { conversationId = "999999999" });
                    Assert.DoesNotContain(answer.GetProperty("code").GetString(), OfTheDoor);
                }

                Assert.Empty(told.Where(static t => t.Answer.IsCompletedSuccessfully).Select(static t => t.Name));
            }
        }
    }

    private static async Task<(LiveSocket? Socket, string? Refusal)> ConnectAsync(StoaServer stoa, HttpRequestMessage shown)
    {
        try
        {
            var query = shown.RequestUri!.OriginalString.TrimStart('/').Replace('?', '&');
            var token = shown.Headers.Authorization?.Parameter;
            var headers = shown.Headers.Where(static h => h.Key != "Authorization").Select(static h => (h.Key, h.Value.Single()));
            return (await LiveSocket.ConnectAsync(stoa, token is null ? new { } : new { token }, query, [.. headers]), null);
        }
        catch (InvalidOperationException refused)
        {
            var packet = JsonDocument.Parse(refused.Message["refused: ".Length..]).RootElement;
            return (null, packet.GetProperty("data").GetProperty("code").GetString());
        }
    }

    private static HttpRequestMessage Ask(string method, string path, string? body)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), Regex.Replace(path, @"\{\w+\}", "999999999"));
        if (body == "multipart/form-data")
            request.Content = new MultipartFormDataContent();
        else if (body is not null)
            request.Content = new StringContent(body == "application/json" ? "{}" : "", Encoding.UTF8, body);
        return request;
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer)
    {
        if (answer.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return null;
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return JsonDocument.Parse(text).RootElement.GetProperty("code").GetString();
    }

    // The routes of a renewal ask for no sign-in: they look at what they are shown themselves.
    private static string PolicyOf(string right) => right == DoorTable.Renewal ? DoorTable.Anyone : right;

    /// <summary>Every route that the API document describes, with its right and what its body is.</summary>
    private static IEnumerable<(string Method, string Path, string Policy, string? Body)> Endpoints(StoaServer stoa) =>
        from route in stoa.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = DocumentedPath.Of(route)
        where path is not null
        from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []
        let asked = route.Metadata.GetOrderedMetadata<IAuthorizeData>()
        let policy = asked.Select(static a => a.Policy).LastOrDefault(static p => p is not null) ?? DoorTable.Account
        let body = route.Metadata.GetMetadata<IAcceptsMetadata>()?.ContentTypes[0]
        select (method, path, asked.Count == 0 ? DoorTable.Anyone : policy, body);

    /// <summary>Credentials of people of this server, each where it belongs.</summary>
    private sealed class Shown(StoaServer stoa) : IDisposable
    {
        private readonly Dictionary<string, Person> holders = [];

        /// <param name="isAgain">Of somebody new.</param>
        public async Task PutAsync(HttpRequestMessage request, string credential, bool isAgain = false)
        {
            var token = credential is "nothing" or "key" or "key as token" ? null : await HolderAsync(credential, isAgain);
            if (credential == "key")
                request.Headers.Add("x-admin-key", Key);
            else if (credential == "cookie")
                request.Headers.Add("Cookie", $"refresh_token={token!.RefreshToken}");
            else if (credential == "token in the address")
                request.RequestUri = new Uri($"{request.RequestUri}?token={token!.Token}", UriKind.Relative);
            else if (credential != "nothing")
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token?.Token ?? Key);
        }

        public void Dispose()
        {
            foreach (var holder in holders.Values)
                holder.Dispose();
        }

        private async Task<Person> HolderAsync(string credential, bool isAgain)
        {
            if (isAgain && holders.Remove(credential, out var before))
                before.Dispose();
            if (!holders.TryGetValue(credential, out var holder))
                holders[credential] = holder = await (credential == "administrator's token" ? stoa.SuperuserAsync() : stoa.RegisterAsync());
            return holder;
        }
    }
}

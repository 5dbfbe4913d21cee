using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Faces;

/// <summary>Whatever can be deleted is asked for by eight at once: one deletes it, the others find nothing, and nobody meets a fault.</summary>
public sealed class DeletingTests
{
    private const int AtOnce = 8;

    // Every DELETE there is, with something to delete; those under /api are the same routes.
    private static readonly Dictionary<string, Func<StoaServer, Person, Task<(Person By, string Path)>>> Deletions = new(StringComparer.Ordinal)
    {
        ["/auth/roles/{id:long}"] = static async (_, root) => (root, $"/auth/roles/{await RoleAsync(root)}"),
        ["/auth/users/{id:long}"] = static async (stoa, root) => (root, $"/auth/users/{(await stoa.RegisterAsync()).Id}"),
        ["/auth/users/{id:long}/totp"] = static async (stoa, root) => (root, $"/auth/users/{(await stoa.RegisterAsync()).Id}/totp"),
        ["/auth/sessions/{id:long}"] = static async (stoa, _) => await SessionAsync(stoa),
        ["/auth/passkeys/{id:long}"] = static (_, root) => Task.FromResult((root, "/auth/passkeys/999999")),
        ["/auth/admin/cleanup-expired-tokens"] = static (_, root) => Task.FromResult((root, "/auth/admin/cleanup-expired-tokens")),
        ["/messages/{id:long}"] = static async (stoa, _) => await MessageAsync(stoa),
        ["/api/uploads/{id:long}"] = static async (stoa, _) => await UploadAsync(stoa),
        ["/api/notifications/{id:long}"] = static (_, root) => Task.FromResult((root, "/api/notifications/999999")),
        ["/api/admin/invitations/{id:long}"] = static async (_, root) => (root, $"/api/admin/invitations/{await InvitationAsync(root)}"),
    };

    [Fact]
    public void Every_deletion_is_among_them()
    {
        var routes = StoaServer.For(Database.Sqlite).Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(static r => r.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("DELETE") == true)
            .Select(static r => r.RoutePattern.RawText!).ToHashSet(StringComparer.Ordinal);

        Assert.DoesNotContain(routes, static r => !Deletions.ContainsKey(r) && !Deletions.ContainsKey(r.Replace("/api/", "/", StringComparison.Ordinal)));
        Assert.Empty(Deletions.Keys.Except(routes));
    }

    [Theory, EachDatabase]
    public async Task Of_many_at_once_one_deletes(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        foreach (var (route, prepare) in Deletions)
        {
            for (var round = 0; round < 3; round++)
            {
                var (by, path) = await prepare(stoa, root);
                var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => by.DeleteAsync(path)));

                var statuses = answers.Select(static a => a.Status).Order().ToList();
                Assert.True(statuses.TrueForAll(static s => s is 200 or 204 or 404), $"{route}: {string.Join(' ', statuses)}: {answers.FirstOrDefault(static a => a.Status is not (200 or 204 or 404))?.Text}");
                Assert.True(statuses.Count(static s => s < 300) <= 1 || route.Contains("cleanup", StringComparison.Ordinal), $"{route}: {string.Join(' ', statuses)}");
            }
        }
    }

    [Theory, EachDatabase]
    public async Task A_role_that_goes_while_it_is_given_is_given_or_not_found(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var ana = await stoa.RegisterAsync();
        for (var round = 0; round < 5; round++)
        {
            var (one, other) = (await RoleAsync(root), await RoleAsync(root));
            (await root.PutAsync($"/auth/users/{ana.Id}/roles", new { role_ids = new[] { one } })).Is(200);

            var answers = await Task.WhenAll(
                root.DeleteAsync($"/auth/roles/{one}"), root.DeleteAsync($"/auth/roles/{other}"),
                root.PutAsync($"/auth/users/{ana.Id}/roles", new { role_ids = new[] { other } }), root.PutAsync($"/auth/users/{ana.Id}/roles", new { role_ids = Array.Empty<long>() }));

            Assert.All(answers, static a => Assert.True(a.Status is 200 or 404, $"{a.Status}: {a.Text}"));
        }
    }

    private static async Task<long> RoleAsync(Person root) =>
        (await root.PostAsync("/auth/roles", new { name = StoaServer.Unique("role") })).Is(201).Body.GetProperty("id").GetInt64();

    private static async Task<string> InvitationAsync(Person root) =>
        (await root.PostAsync("/api/admin/invitations", new { note = "for a test" })).Is(201).Body.GetProperty("id").ToString();

    private static async Task<(Person, string)> SessionAsync(StoaServer stoa)
    {
        var ana = await stoa.RegisterAsync();
        (await ana.PostAsync("/auth/login", new { username = ana.Name, password = "correct-horse" })).Is(200);
        var latest = (await ana.GetAsync("/auth/sessions")).Is(200).Body.EnumerateArray().MaxBy(static s => s.GetProperty("created_at").GetDateTimeOffset());
        return (ana, $"/auth/sessions/{latest.GetProperty("id").GetInt64()}");
    }

    private static async Task<(Person, string)> MessageAsync(StoaServer stoa)
    {
        var (ana, ben) = await stoa.TwoPeopleAsync();
        return (ana, $"/messages/{(await ana.WriteToAsync(ben, "regret")).Body.GetProperty("id").GetInt64()}");
    }

    private static async Task<(Person, string)> UploadAsync(StoaServer stoa)
    {
        var ana = await stoa.RegisterAsync();
        return (ana, $"/api/uploads/{await ana.UploadOneAsync()}");
    }
}

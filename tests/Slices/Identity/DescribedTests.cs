using System.Text.Json;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>The API's own description has every way to sign in, with what it may refuse.</summary>
public sealed class DescribedTests
{
    [Theory, EachDatabase]
    public async Task Every_route_of_an_account_stands_in_the_document(Database database)
    {
        using var client = StoaServer.For(database).Stranger();

        var document = (await client.GetAsync("/openapi/v1.json")).Is(200).Body;
        var (paths, shared) = (document.GetProperty("paths"), document.GetProperty("components").GetProperty("responses"));

        foreach (var (path, method, code) in new (string, string, string)[]
        {
            ("/auth/register", "post", "auth.username_taken"), ("/auth/login", "post", "auth.mfa_required"), ("/auth/token", "post", "auth.credentials"),
            ("/auth/mfa", "post", "auth.mfa_invalid"), ("/auth/totp/confirm", "post", "mfa.code_wrong"), ("/auth/passkeys/sign-in", "post", "auth.passkey_invalid"),
            ("/api/auth/register", "post", "auth.email_taken"), ("/api/auth/register-enhanced", "post", "rate.registrations"), ("/api/auth/refresh", "post", "auth.refresh_reused"),
            ("/api/v1/auth/register", "post", "auth.username_taken"), ("/api/v1/auth/verify", "post", "auth.token_invalid"), ("/api/v1/users/me", "put", "auth.username_taken"),
            ("/api/v1/users/{id}", "get", "user.not_found"), ("/api/v1/users/me/deactivate", "post", "user.last_superuser"), ("/api/admin/login", "post", "auth.key_wrong"),
            ("/api/admin/users/{id}/messaging-ban", "post", "restriction.reason_missing"), ("/api/admin/users/{id}/suspend", "post", "restriction.superuser"),
            ("/api/admin/audit", "get", "auth.required"),
        })
        {
            Assert.True(paths.TryGetProperty(path, out var found), path);
            Assert.True(found.TryGetProperty(method, out var operation), $"{method} {path}");
            var responses = operation.GetProperty("responses").GetRawText() + string.Concat(operation.GetProperty("responses").EnumerateObject()
                .Select(r => r.Value.TryGetProperty("$ref", out var at) ? shared.GetProperty(at.GetString()!.Split('/')[^1]).GetRawText() : ""));
            Assert.Contains($"`{code}`", responses, StringComparison.Ordinal);
            Assert.NotEqual(JsonValueKind.Undefined, operation.GetProperty("summary").ValueKind);
        }

        foreach (var probe in (string[])["/db-test", "/health/ready"])
            Assert.True(paths.GetProperty(probe).GetProperty("get").GetProperty("responses").TryGetProperty("503", out _), probe);
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Doors;

/// <summary>Where a console without accounts tries its key, before it sends it as <c>x-admin-key</c> (contract B.3).</summary>
public static class Support
{
    public static void MapSupport(this IEndpointRouteBuilder routes) => routes.MapPost("/api/admin/login", LogIn).WithTags("Support desk").WithMetadata(new CamelCaseWire())
        .WithSummary("Whether the support desk's key is right").Example("""{"adminKey":"…"}""").Refuses(SupportKey.Missing, SupportKey.Wrong);

    private static async Task<Results<Ok<SupportSignIn>, ProblemHttpResult>> LogIn(
        SupportBody body, HttpContext http, SupportKey key, SupportDesk desk, SecurityTrail trail, TimeProvider clock, CancellationToken cancellation)
    {
        if (await key.WhyNotAsync(body.AdminKey, ClientNetwork.Of(http), cancellation) is not { } refusal)
            return TypedResults.Ok(new SupportSignIn(true, new SupportSession(true, body.AdminKey!, clock.GetUtcNow()), "Authenticated"));
        if (refusal == SupportKey.Wrong)
            await desk.NoteWrongKeyAsync(trail, cancellation);
        return refusal.ToHttp();
    }
}

public sealed record SupportBody([property: AtMost(1000)] string? AdminKey);

public sealed record SupportSignIn(bool Success, SupportSession Data, string Message);

/// <param name="AdminKey">The key that was sent, because the console keeps what it reads here.</param>
public sealed record SupportSession(bool Authenticated, string AdminKey, DateTimeOffset LoginAt);

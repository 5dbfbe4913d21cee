using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;

namespace Stoa.Server.Realtime.Presence;

/// <summary>Who is online, over HTTP: what a client asks once after connecting, before <c>user_presence</c> keeps it up to date.</summary>
public static class PresenceRoutes
{
    public static void MapPresence(this IEndpointRouteBuilder routes) => routes.MapGroup("/api/presence").RequireAuthorization().WithTags("Presence")
        .MapGet("", Read).WithSummary("Who is online of those one is in touch with by consent of both: ids=1,2,3, at most 100")
        .Refuses(ReadPresence.IdsInvalid);

    private static async Task<Results<Ok<PresenceList>, ProblemHttpResult>> Read(ReadPresence read, Caller caller, CancellationToken cancellation, string? ids = null) =>
        IdsOf(ids) is { } asked
            ? (await read.Handle(asked, caller, cancellation)).ToOk(static found => new PresenceList([.. found.Select(static p => UserPresence.Of(p.UserId, p.IsOnline, p.LastSeen))]))
            : ReadPresence.IdsInvalid.ToHttp();

    private static List<long>? IdsOf(string? text)
    {
        var ids = new List<long>();
        foreach (var part in (text ?? "").Split(','))
        {
            if (ids.Count == ReadPresence.MaxIds || !long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                return null;
            ids.Add(id);
        }

        return ids;
    }
}

public sealed record PresenceList(List<UserPresence> Presence);

/// <summary><c>user_presence</c>, and an entry of <c>GET /api/presence</c>.</summary>
/// <param name="Status">online or offline; <paramref name="Online"/> says the same to clients that read that.</param>
/// <param name="LastSeen">Null while online, and where it is not known or not shown.</param>
public sealed record UserPresence(
    [property: JsonPropertyName("user_id")] StringId UserId,
    string Status,
    bool Online,
    [property: JsonPropertyName("last_seen")] DateTimeOffset? LastSeen)
{
    public static UserPresence Of(long user, bool isOnline, DateTimeOffset? lastSeen) => new(user, isOnline ? "online" : "offline", isOnline, lastSeen);
}

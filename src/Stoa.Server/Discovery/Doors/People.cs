using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;

namespace Stoa.Server.Discovery.Doors;

/// <summary>S4's search for people.</summary>
public static class People
{
    public static void MapPeople(this IEndpointRouteBuilder routes) =>
        routes.MapGroup("/api/v1/users").RequireAuthorization().WithTags("People")
            .MapGet("/search", Search).WithSummary("Find accounts by the beginning of their user name").Refuses(SearchUsers.BadQuery);

    private static async Task<Results<Ok<PeopleFound>, ProblemHttpResult>> Search(
        SearchUsers search, CancellationToken cancellation, string? query = null, string? q = null, int? limit = null, int? skip = null) =>
        (await search.Handle(new(query ?? q, limit, skip), cancellation)).ToOk(PeopleFound.Of);
}

public sealed record Person([property: JsonPropertyName("_id")] StringId MongoId, StringId UserId, string Username, string? FullName);

public sealed record PageInfo(bool HasMore, int? NextSkip);

public sealed record PeopleFound(string Message, string Query, List<Person> Users, int TotalCount, PageInfo PageInfo)
{
    public static PeopleFound Of(SearchUsers.Response found)
    {
        var next = found.Skip + found.Users.Count;
        return new PeopleFound(
            "Users found", found.Query, [.. found.Users.Select(static u => new Person(u.Id, u.Id, u.Username, u.FullName))], found.Total,
            next < found.Total ? new PageInfo(true, next) : new PageInfo(false, null));
    }
}

[JsonSerializable(typeof(PeopleFound))]
public sealed partial class PeopleJson : JsonSerializerContext;

using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Web;

namespace Stoa.Server.Identity.Doors;

/// <summary>How the influencer pages sign in: a form, and the account with names apart and roles whole (contract B.2).</summary>
public static class Influencers
{
    public static void MapInfluencers(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Auth").WithMetadata(new UnprocessableWhenInvalid());
        auth.MapPost("/token", Token).WithSummary("Sign in with a form: username (or e-mail address) and password")
            .Accepts<LogInForm>("application/x-www-form-urlencoded", "multipart/form-data").Produces<FormTokens>().Example("""{"username":"ana","password":"correct horse"}""").Refuses(Auth.LogInRefusals);
        auth.MapPost("/user", Read).RequireAuthorization().WithSummary("The caller's account with its roles");
        auth.MapGet("/profile", Read).RequireAuthorization().WithSummary("The caller's account with its roles");
    }

    private static async Task<IResult> Token(HttpContext http, LogIn logIn, CancellationToken cancellation)
    {
        if (!http.Request.HasFormContentType)
            return TypedResults.Problem("The body must be a form", statusCode: StatusCodes.Status415UnsupportedMediaType);
        var form = await http.Request.ReadFieldsAsync(cancellation);
        var (name, password) = (form["username"].ToString(), form["password"].ToString());
        if (string.IsNullOrWhiteSpace(name) || name.Length > User.MaxEmailLength)
            return TypedResults.Problem(Validation.Of("Username", "is required"));
        if (password.Length is 0 or > NewPasswordAttribute.MaximumLength)
            return TypedResults.Problem(Validation.Of("Password", "is required"));
        return (await logIn.Handle(new(name, password, Auth.DeviceOf(http)), cancellation))
            .ToOk(static s => new FormTokens(s.AccessToken, s.RefreshToken, "bearer")).Result;
    }

    private static async Task<Results<Ok<NamedAccount>, ProblemHttpResult>> Read(Caller caller, ReadAccount read, CancellationToken cancellation) =>
        (await read.DetailsAsync(caller.UserId, caller.SessionId, cancellation)).ToOk(NamedAccount.Of);
}

/// <summary>The form's fields, for the API document.</summary>
public sealed record LogInForm(string Username, string Password);

public sealed record FormTokens(string AccessToken, string RefreshToken, string TokenType);

public sealed record RoleName(long Id, string Name, string? Description);

/// <summary>An account with first and last name apart: as given, else the full name cut at its last blank.</summary>
public sealed record NamedAccount(
    long Id,
    string? FirstName,
    string? LastName,
    string Username,
    string Email,
    string? MobileNumber,
    IReadOnlyList<RoleName> Roles,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static NamedAccount Of(AccountDetails account)
    {
        var (user, profile) = (account.User, account.Profile);
        var full = user.FullName?.Trim() ?? "";
        var cut = full.LastIndexOf(' ');
        var first = profile?.FirstName ?? (cut > 0 ? full[..cut] : full.Length > 0 ? full : null);
        var last = profile?.LastName ?? (cut > 0 ? full[(cut + 1)..] : null);
        var named = account.RoleNames.Where(name => account.Roles.All(r => r.Name != name)).Select(static name => new RoleName(0, name, null));
        return new NamedAccount(
            user.Id, first, last, user.Username, user.Email, user.StatedNumber,
            [.. account.Roles.Select(static r => new RoleName(r.Id, r.Name, r.Description)), .. named], user.CreatedAt, user.UpdatedAt);
    }
}

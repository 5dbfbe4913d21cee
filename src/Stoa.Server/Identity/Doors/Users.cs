using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Hosting.Tokens;

namespace Stoa.Server.Identity.Doors;

/// <summary>S1's administration of accounts and roles: for superusers, at the root and under /api.</summary>
public static class Users
{
    public static void MapUsers(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/auth/users").RequireAuthorization(Policies.Superuser).WithTags("Users").WithMetadata(new UnprocessableWhenInvalid());
        users.MapGet("", List).WithSummary("All accounts").Notes(SecurityEvents.ReadAccounts);
        users.MapPost("", Create).WithSummary("Make an account")
            .Example("""{"username":"ben","email":"ben@example.org","password":"correct horse"}""")
            .Refuses([RegisterUser.UsernameTaken, RegisterUser.EmailTaken, RegisterUser.PhoneTaken, RegisterUser.UsernameInvalid, PasswordHashing.Busy, .. PasswordRules.Refusals]);
        users.MapGet("/{id:long}", Read).WithSummary("One account").Refuses(User.NotFound).Notes(SecurityEvents.ReadAccounts);
        users.MapPut("/{id:long}", Update).WithSummary("Change an account")
            .Example("""{"full_name":"Ben C."}""").Refuses(User.NotFound, RegisterUser.UsernameTaken, RegisterUser.EmailTaken, RegisterUser.PhoneTaken);
        users.MapDelete("/{id:long}", Delete).WithSummary("Delete an account; its messages stay without it")
            .Refuses(User.NotFound, SetStanding.OwnDeletion, SetStanding.LastSuperuser);
        users.MapPut("/{id:long}/disable", Disable).WithSummary("Disable an account; its sessions end at once")
            .Refuses(User.NotFound, SetStanding.OwnAccount, SetStanding.LastSuperuser);
        users.MapPut("/{id:long}/enable", Enable).WithSummary("Enable an account").Refuses(User.NotFound);
        users.MapPut("/{id:long}/superuser", SetSuperuser).WithSummary("Make a superuser or take it back: by body, by query, or the other way round")
            .Example("""{"is_superuser":true}""").Refuses(User.NotFound, SetStanding.OwnAccount, SetStanding.LastSuperuser);
        users.MapGet("/{id:long}/roles", RolesOf).WithSummary("The roles an account holds").Refuses(User.NotFound).Notes(SecurityEvents.ReadAccounts);
        users.MapPut("/{id:long}/roles", Assign).WithSummary("Replace the roles an account holds")
            .Example("""{"role_ids":[1,2]}""").Refuses(User.NotFound, ManageRoles.RoleNotFound);

        var roles = routes.MapGroup("/auth/roles").RequireAuthorization(Policies.Superuser).WithTags("Users").WithMetadata(new UnprocessableWhenInvalid());
        roles.MapGet("", ListRoles).WithSummary("All roles").ReadsNobody("names of roles");
        roles.MapPost("", CreateRole).WithSummary("Make a role").Example("""{"name":"astrologer","description":"Answers consultations"}""").Refuses(ManageRoles.RoleExists);
        roles.MapDelete("/{id:long}", DeleteRole).WithSummary("Delete a role").Refuses(ManageRoles.RoleNotFound);
    }

    private static async Task<Results<Ok<List<AccountView>>, ProblemHttpResult>> List(ListUsers list, CancellationToken cancellation, int? skip = null, int? limit = null) =>
        (await list.Handle(skip, limit, cancellation)).ToOk(static users => users.Select(AccountView.Of).ToList());

    private static async Task<Results<Created<AccountView>, ProblemHttpResult>> Create(
        RegisterBody body, HttpContext http, RegisterUser register, Caller actor, CancellationToken cancellation) =>
        (await register.HandleFor(actor, body.ToRequest(Auth.DeviceOf(http)), cancellation))
            .ToCreated(AccountView.Of);

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> Read(long id, ListUsers list, CancellationToken cancellation) =>
        (await list.Handle(id, cancellation)).ToOk(AccountView.Of);

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> Update(
        long id, UpdateUserBody body, UpdateAccount update, Caller actor, CancellationToken cancellation) =>
        (await update.HandleFor(actor, id, new(body.FullName, body.Bio, body.PhoneNumber, body.Username, body.Email), cancellation)).ToOk(AccountView.Of);

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Delete(long id, SetStanding standing, Caller actor, CancellationToken cancellation) =>
        (await standing.DeleteAsync(id, actor, cancellation)).ToOk(static _ => new Said("User deleted"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Disable(long id, SetStanding standing, Caller actor, CancellationToken cancellation) =>
        (await standing.DisableAsync(id, actor, cancellation)).ToOk(static _ => new Said("User disabled"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Enable(long id, SetStanding standing, Caller actor, CancellationToken cancellation) =>
        (await standing.EnableAsync(id, actor, cancellation)).ToOk(static _ => new Said("User enabled"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> SetSuperuser(
        long id, [FromBody] SuperuserBody? body, SetStanding standing, Caller actor, CancellationToken cancellation,
        [FromQuery(Name = "is_superuser")] bool? isSuperuser = null) =>
        (await standing.SetSuperuserAsync(id, body?.IsSuperuser ?? isSuperuser, actor, cancellation))
            .ToOk(static user => new Said(user.IsSuperuser ? "User is a superuser" : "User is no superuser"));

    private static async Task<Results<Ok<List<RoleView>>, ProblemHttpResult>> RolesOf(long id, ManageRoles roles, CancellationToken cancellation) =>
        (await roles.OfUserAsync(id, cancellation)).ToOk(RoleView.All);

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Assign(long id, RolesBody body, ManageRoles roles, Caller actor, CancellationToken cancellation) =>
        (await roles.AssignAsync(id, body.RoleIds!, actor, cancellation)).ToOk(static _ => new Said("Roles assigned"));

    private static async Task<Results<Ok<List<RoleView>>, ProblemHttpResult>> ListRoles(ManageRoles roles, CancellationToken cancellation) =>
        (await roles.ListAsync(cancellation)).ToOk(RoleView.All);

    private static async Task<Results<Created<RoleView>, ProblemHttpResult>> CreateRole(RoleBody body, ManageRoles roles, Caller actor, CancellationToken cancellation) =>
        (await roles.CreateAsync(body.Name!, body.Description, actor, cancellation)).ToCreated(RoleView.Of);

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> DeleteRole(long id, ManageRoles roles, Caller actor, CancellationToken cancellation) =>
        (await roles.DeleteAsync(id, actor, cancellation)).ToOk(static _ => new Said("Role deleted"));
}

public sealed record UpdateUserBody(
    [property: Username] string? Username,
    [property: MailAddress] string? Email,
    [property: AtMost(User.MaxFullNameLength), ShownName] string? FullName,
    [property: AtMost(User.MaxBioLength)] string? Bio,
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber);

public sealed record SuperuserBody(bool? IsSuperuser);

public sealed record RolesBody([property: Needed, System.ComponentModel.DataAnnotations.MaxLength(100)] List<long>? RoleIds);

public sealed record RoleBody([property: Needed, AtMost(100)] string? Name, [property: AtMost(255)] string? Description);

public sealed record RoleView(long Id, string Name, string? Description, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public static RoleView Of(Role role) => new(role.Id, role.Name, role.Description, role.CreatedAt, role.UpdatedAt);

    public static List<RoleView> All(IReadOnlyList<Role> roles) => [.. roles.Select(Of)];
}

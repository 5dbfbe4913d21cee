using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Hosting.Web;
using Stoa.Server.Identity.Inviting;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Doors;

/// <summary>Sign-up, sign-in and the caller's own account: S1's routes, at the root and under /api.</summary>
public static class Auth
{
    internal static readonly Refusal[] RegisterRefusals =
    [
        RegisterUser.UsernameTaken, RegisterUser.EmailTaken, RegisterUser.PhoneTaken, RegisterUser.UsernameInvalid, Invitations.Closed, Invitations.Needed,
        SelfAssignedRoles.NotAllowed, SignInLimits.TooManyRegistrations, PasswordHashing.Busy, .. PasswordRules.Refusals,
    ];

    internal static readonly Refusal[] LogInRefusals =
    [
        Identity.LogIn.WrongCredentials, Challenges.MfaRequired, Identity.LogIn.Disabled, Restriction.Suspended, SignInLimits.TooManyLogIns,
        FailureLog.Paused, PasswordHashing.Busy,
    ];

    /// <summary>What the marketplace has in its own form under /api (<see cref="Market"/>).</summary>
    public static void MapRootAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Auth").WithMetadata(new UnprocessableWhenInvalid());
        auth.MapPost("/register", Register).WithSummary("Make an account and sign in")
            .Example("""{"username":"ana","email":"ana@example.org","password":"correct horse","full_name":"Ana"}""").Refuses(RegisterRefusals);
        auth.MapPost("/refresh", Refresh).TakesCredentials().WithSummary("Spend a refresh token for new tokens")
            .Example("""{"refresh_token":"mF_9.B5f-4.1JqM"}""")
            .Refuses(RefreshSession.Unknown, RefreshSession.Reused, RefreshSession.Expired);
        auth.MapVerify();
        auth.MapPost("/logout", LogOut).RequireAuthorization().WithSummary("End this session");
        auth.MapGet("/me", ReadMe).RequireAuthorization().WithSummary("The caller's account");
    }

    public static void MapAuth(this IEndpointRouteBuilder routes)
    {
        var auth = routes.MapGroup("/auth").WithTags("Auth").WithMetadata(new UnprocessableWhenInvalid());
        auth.MapPost("/login", LogIn).WithSummary("Sign in: by username, by identifier (planner) or by email (marketplace); the answer has that client's form")
            .Example("""{"username":"ana","password":"correct horse"}""").Answers(StatusCodes.Status200OK, typeof(Tokens), typeof(StringIdSignIn)).Refuses(LogInRefusals);
        auth.MapPost("/logout-all", LogOutEverywhere).RequireAuthorization().WithSummary("End every session of the account");
        auth.MapPut("/me", UpdateMe).RequireAuthorization().WithSummary("Change what the caller's account says")
            .Example("""{"full_name":"Ana B.","bio":"Likes the sea","phone_number":"+15550100"}""").Refuses(RegisterUser.PhoneTaken, PasswordProof.Needed, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        auth.MapPut("/me/phone", UpdatePhone).RequireAuthorization().WithSummary("Change the caller's phone number")
            .Example("""{"phone_number":"+15550100"}""").Refuses(RegisterUser.PhoneTaken, PasswordProof.Needed, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        auth.MapPut("/me/password", ChangeMyPassword).RequireAuthorization().WithSummary("Change the password; other sessions end")
            .Example("""{"current_password":"correct horse","new_password":"battery staple"}""")
            .Refuses([PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy, .. PasswordRules.Refusals]);
        auth.MapGet("/sessions", Sessions).RequireAuthorization().WithSummary("The caller's sessions that are alive");
        auth.MapDelete("/sessions/{id:long}", EndOne).RequireAuthorization().WithSummary("End one of the caller's sessions").Refuses(EndSession.NotFound);
    }

    private static async Task<Results<Created<Registered>, ProblemHttpResult>> Register(
        RegisterBody body, HttpContext http, RegisterUser register, CancellationToken cancellation)
    {
        var signedIn = await register.Handle(body.ToRequest(DeviceOf(http)), cancellation);
        return signedIn.ToCreated(Registered.Of);
    }

    private static async Task<IResult> LogIn(LogInBody body, HttpContext http, LogIn logIn, ReadAccount read, CancellationToken cancellation)
    {
        var signedIn = await logIn.Handle(new(body.Name, body.Password!, DeviceOf(http, body.Surface)), cancellation);
        if (signedIn.Refusal is { } refusal)
            return refusal.ToHttp();
        if (body.Surface == Surface.Common)
            return TypedResults.Ok(Tokens.Of(signedIn.Value, AccountView.Of(signedIn.Value.User)));
        if (body.Surface == Surface.Market)
            Market.Keep(http, signedIn.Value);
        var account = await read.DetailsAsync(signedIn.Value.User.Id, signedIn.Value.SessionId, cancellation);
        return account.ToOk(details => StringIdSignIn.Of(signedIn.Value, details, "Login successful")).Result;
    }

    private static async Task<Results<Ok<Tokens>, ProblemHttpResult>> Refresh(RefreshBody body, RefreshSession refresh, CancellationToken cancellation)
    {
        var signedIn = await refresh.Handle(body.RefreshToken!, cancellation);
        return signedIn.ToOk(static s => Tokens.Of(s, null));
    }

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> LogOut(Caller caller, LogOut logOut, CancellationToken cancellation) =>
        (await logOut.Handle(caller, cancellation)).ToOk(static _ => new Said("Successfully logged out"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> LogOutEverywhere(
        Caller caller, LogOutEverywhere logOut, CancellationToken cancellation) =>
        (await logOut.Handle(caller, cancellation)).ToOk(static _ => new Said("Successfully logged out from all devices"));

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> ReadMe(Caller caller, ReadAccount read, CancellationToken cancellation) =>
        (await read.Handle(caller, cancellation)).ToOk(AccountView.Of);

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> UpdateMe(
        UpdateAccountBody body, UpdateAccount update, Caller caller, CancellationToken cancellation) =>
        (await update.Handle(caller, new(body.FullName, body.Bio, body.PhoneNumber, Password: body.CurrentPassword), cancellation)).ToOk(AccountView.Of);

    private static async Task<Results<Ok<AccountView>, ProblemHttpResult>> UpdatePhone(
        PhoneBody body, UpdateAccount update, Caller caller, CancellationToken cancellation) =>
        (await update.Handle(caller, new(null, null, body.PhoneNumber ?? "", Password: body.CurrentPassword), cancellation)).ToOk(AccountView.Of);

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> ChangeMyPassword(
        ChangePasswordBody body, ChangePassword change, Caller caller, CancellationToken cancellation) =>
        (await change.Handle(body.CurrentPassword!, body.NewPassword!, caller, cancellation)).ToOk(static _ => new Said("Password updated successfully"));

    private static async Task<Results<Ok<List<SessionView>>, ProblemHttpResult>> Sessions(ListSessions list, Caller caller, CancellationToken cancellation) =>
        (await list.Handle(caller, cancellation)).ToOk(static sessions => sessions.Select(SessionView.Of).ToList());

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> EndOne(long id, EndSession end, Caller caller, CancellationToken cancellation) =>
        (await end.Handle(id, caller, cancellation)).ToOk(static _ => new Said("Session deleted"));

    internal static Device DeviceOf(HttpContext http, Surface surface = Surface.Common)
    {
        var agent = http.Request.Headers.UserAgent.ToString();
        return new Device(string.IsNullOrEmpty(agent) ? null : agent, http.Connection.RemoteIpAddress?.ToString(), surface)
        {
            IsShared = UnnamedProxies.MayStandBefore(http),
        };
    }
}

public sealed record UpdateAccountBody(
    [property: AtMost(User.MaxFullNameLength), ShownName] string? FullName,
    [property: AtMost(User.MaxBioLength)] string? Bio,
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber,
    [property: AtMost(NewPasswordAttribute.MaximumLength)] string? CurrentPassword = null);

/// <param name="CurrentPassword">Needed where the number that gives way is proved.</param>
public sealed record PhoneBody(
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber, [property: AtMost(NewPasswordAttribute.MaximumLength)] string? CurrentPassword = null);

public sealed record ChangePasswordBody(
    [property: Needed, AtMost(NewPasswordAttribute.MaximumLength)] string? CurrentPassword,
    [property: Needed, NewPassword] string? NewPassword);

/// <summary>A session as its owner sees it.</summary>
public sealed record SessionView(
    long Id, long UserId, string? DeviceInfo, string? IpAddress, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, bool IsActive)
{
    public static SessionView Of(Session session) =>
        new(session.Id, session.UserId, session.DeviceInfo, session.IpAddress, session.CreatedAt, session.ExpiresAt, session.IsActive);
}

public sealed record RefreshBody([property: Needed, AtMost(255)] string? RefreshToken);

/// <summary>An account as its owner and administrators see it.</summary>
public sealed record AccountView(
    long Id,
    string Username,
    string Email,
    string? FullName,
    string? Bio,
    string? PhoneNumber,
    bool IsActive,
    bool IsSuperuser,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static AccountView Of(User user) => new(
        user.Id, user.Username, user.Email, user.FullName, user.Bio, user.StatedNumber, user.IsActive, user.IsSuperuser, user.CreatedAt, user.UpdatedAt);
}

/// <summary>The tokens of a session, as S1 answers them.</summary>
public sealed record Tokens(
    string AccessToken,
    string RefreshToken,
    string TokenType,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] AccountView? User)
{
    public static Tokens Of(SignedIn signedIn, AccountView? user) => new(signedIn.AccessToken, signedIn.RefreshToken, "bearer", user);
}

/// <param name="Token">The planner's name for its token; its client never refreshes, so this one lives long.</param>
/// <summary>The answer to a registration: the account's members at the top for S1, and everything the other clients read (contract E.2).</summary>
public sealed record Registered(
    long Id,
    [property: JsonPropertyName("_id")] StringId MongoId,
    string Username,
    string Email,
    string? FullName,
    string? Bio,
    string? PhoneNumber,
    bool IsActive,
    bool IsSuperuser,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string AccessToken,
    string RefreshToken,
    string TokenType,
    string Token,
    string Message,
    AccountView User)
{
    public static Registered Of(SignedIn signedIn)
    {
        var user = AccountView.Of(signedIn.User);
        return new Registered(
            user.Id, user.Id, user.Username, user.Email, user.FullName, user.Bio, user.PhoneNumber, user.IsActive, user.IsSuperuser,
            user.CreatedAt, user.UpdatedAt, signedIn.AccessToken, signedIn.RefreshToken, "bearer", signedIn.LongToken, "User registered", user);
    }
}

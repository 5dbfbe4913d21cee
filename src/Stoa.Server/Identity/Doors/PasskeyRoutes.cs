using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Accounts;
using Stoa.Core.Moderation;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Passkeys;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Doors;

/// <summary>Passkeys: each ceremony asks for options, lets the browser answer, and sends the answer back with the token that came with them.</summary>
public static class PasskeyRoutes
{
    public static void MapPasskeys(this IEndpointRouteBuilder routes)
    {
        var passkeys = routes.MapGroup("/auth/passkeys").WithTags("Passkeys").WithMetadata(new UnprocessableWhenInvalid());
        passkeys.MapPost("/sign-in/options", BeginSignIn).WithSummary("Options for navigator.credentials.get()").Refuses(SignInLimits.TooManyLogIns);
        passkeys.MapPost("/sign-in", FinishSignIn).TakesCredentials().WithSummary("Sign in with the passkey that answered; no second step follows")
            .Example("""{"passkey_token":"mF_9.B5f-4.1JqM","credential":{"id":"…"}}""").Refuses(SignInWithPasskey.Invalid, LogIn.Disabled, Restriction.Suspended);
        passkeys.MapPost("/options", BeginRegistration).RequireAuthorization().WithSummary("Options for navigator.credentials.create(); needs the password")
            .Example("""{"password":"correct horse"}""").Refuses(ProvedEmail.Unproved, PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy);
        passkeys.MapPost("", FinishRegistration).RequireAuthorization().WithSummary("Keep the passkey that the browser made")
            .Example("""{"passkey_token":"mF_9.B5f-4.1JqM","name":"Laptop","credential":{"id":"…"}}""")
            .Refuses(ManagePasskeys.Invalid, ManagePasskeys.TooMany, ProvedEmail.Unproved);
        passkeys.MapGet("", List).RequireAuthorization().WithSummary("The caller's passkeys");
        passkeys.MapDelete("/{id:long}", Remove).RequireAuthorization().WithSummary("Remove one of the caller's passkeys").Refuses(ManagePasskeys.NotFound);
    }

    private static async Task<Results<Ok<PasskeyOptions>, ProblemHttpResult>> BeginSignIn(
        HttpContext http, PasskeyCeremony ceremony, Challenges challenges, SignInLimits limits, CancellationToken cancellation)
    {
        if (await limits.PasskeyAsync(ClientNetwork.Of(http), cancellation) is { } tooMany)
            return tooMany.ToHttp();
        var (options, state) = await ceremony.BeginSignInAsync(http);
        return TypedResults.Ok(PasskeyOptions.Of(await challenges.IssueAsync(Challenges.PasskeySignIn, state, cancellation), options));
    }

    private static async Task<Results<Ok<MfaSignIn>, ProblemHttpResult>> FinishSignIn(
        PasskeyAnswer body, HttpContext http, PasskeyCeremony ceremony, Challenges challenges, SignInWithPasskey signIn, CancellationToken cancellation)
    {
        if (await challenges.AttemptAsync(body.PasskeyToken!, Challenges.PasskeySignIn, cancellation) is not { State: { } state } challenge
            || await ceremony.FinishSignInAsync(body.CredentialJson, state, http) is not { } answered)
            return SignInWithPasskey.Invalid.ToHttp();
        return (await signIn.Handle(challenge, answered.User, answered.Passkey, Auth.DeviceOf(http), cancellation)).ToOk(MfaSignIn.Of);
    }

    private static async Task<Results<Ok<PasskeyOptions>, ProblemHttpResult>> BeginRegistration(
        PasswordBody body, Caller caller, HttpContext http, ProvedEmail email, PasswordProof proof, PasskeyCeremony ceremony, Challenges challenges,
        CancellationToken cancellation)
    {
        if (await email.WhyNotAsync(caller.UserId, cancellation) is { } unproved)
            return unproved.ToHttp();
        if ((await proof.CheckAsync(caller, body.Password!, cancellation)).Refusal is { } refusal)
            return refusal.ToHttp();
        var (options, state) = await ceremony.BeginRegistrationAsync(caller, http);
        var token = await challenges.IssueForAsync(Challenges.PasskeyRegistration, caller.UserId, caller.CredentialsVersion, state, cancellation);
        return TypedResults.Ok(PasskeyOptions.Of(token, options));
    }

    private static async Task<Results<Created<PasskeyView>, ProblemHttpResult>> FinishRegistration(
        PasskeyAnswer body, Caller caller, HttpContext http, PasskeyCeremony ceremony, Challenges challenges, ManagePasskeys manage, CancellationToken cancellation)
    {
        if (await challenges.AttemptAsync(body.PasskeyToken!, Challenges.PasskeyRegistration, cancellation) is not { State: { } state } challenge
            || challenge.UserId != caller.UserId
            || await ceremony.FinishRegistrationAsync(body.CredentialJson, state, caller, http) is not { } made)
            return ManagePasskeys.Invalid.ToHttp();
        return (await manage.AddAsync(challenge, made, body.Name, caller, cancellation)).ToCreated(PasskeyView.Of);
    }

    private static async Task<Results<Ok<List<PasskeyView>>, ProblemHttpResult>> List(Caller caller, ManagePasskeys manage, CancellationToken cancellation) =>
        (await manage.ListAsync(caller, cancellation)).ToOk(static found => found.Select(PasskeyView.Of).ToList());

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Remove(long id, Caller caller, ManagePasskeys manage, CancellationToken cancellation) =>
        (await manage.RemoveAsync(id, caller, cancellation)).ToOk(static _ => new Said("Passkey removed"));
}

/// <param name="Options">As the browser's JSON forms of WebAuthn Level 3 want them.</param>
public sealed record PasskeyOptions(string PasskeyToken, JsonElement Options)
{
    public static PasskeyOptions Of(string token, string options)
    {
        using var json = JsonDocument.Parse(options);
        return new PasskeyOptions(token, json.RootElement.Clone());
    }
}

/// <param name="Credential">What the browser's <c>toJSON()</c> of the credential says.</param>
public sealed record PasskeyAnswer([property: Needed, AtMost(100)] string? PasskeyToken, [property: Needed] JsonElement? Credential, [property: AtMost(Passkey.MaxNameLength)] string? Name)
{
    internal string CredentialJson => Credential!.Value.GetRawText();
}

public sealed record PasskeyView(long Id, string? Name, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsBackedUp)
{
    public static PasskeyView Of(Passkey passkey) => new(passkey.Id, passkey.Name, passkey.CreatedAt, passkey.LastUsedAt, passkey.IsBackedUp);
}

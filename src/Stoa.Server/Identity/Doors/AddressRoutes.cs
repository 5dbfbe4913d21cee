using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Identity.Addresses;
using Stoa.Server.Identity.Throttling;

namespace Stoa.Server.Identity.Doors;

/// <summary>The caller's e-mail address and telephone number: changed and proved; at the root and under /api.</summary>
public static class AddressRoutes
{
    public static void MapAddresses(this IEndpointRouteBuilder routes)
    {
        var me = routes.MapGroup("/auth/me").WithTags("Addresses").WithMetadata(new UnprocessableWhenInvalid()).AddEndpointFilter(PasswordResets.NoStore);
        me.MapPost("/email", Change).RequireAuthorization().WithSummary("Ask for another e-mail address: it counts once the link mailed there was used; the old one is told")
            .Example("""{"email":"ana@example.net","password":"correct horse"}""")
            .Refuses(PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy, ChangeEmail.Unchanged, RegisterUser.EmailTaken, ChangeEmail.TooOften);
        me.MapPost("/email/confirm", Confirm).TakesCredentials().WithSummary("Prove the new address by the token from the mail; needs no sign-in")
            .Example($$"""{"token":"{{new string('x', 64)}}"}""").Refuses(ProveNewEmail.Invalid, RegisterUser.EmailTaken);
        me.MapPost("/email/undo", Undo).TakesCredentials().WithSummary("Keep the old address by the token mailed there, until seven days after the change; every session ends")
            .Example($$"""{"token":"{{new string('x', 64)}}"}""").Refuses(ProveNewEmail.Invalid, RegisterUser.EmailTaken);
        me.MapPost("/phone/verify", Verify).RequireAuthorization()
            .WithSummary("Without a code: send one to the number, and show one to be sent from it. With the code that was sent: prove the number")
            .Answers(StatusCodes.Status200OK, typeof(PhoneBegun), typeof(SaidSo)).Example("""{"phone_number":"+15550100"}""")
            .Refuses(
                VerifyPhone.NumberNeeded, VerifyPhone.AlreadyVerified, VerifyPhone.CodeWrong, VerifyPhone.TooOften, PhoneBinding.Taken, PasswordProof.Needed, PasswordProof.Wrong,
                FailureLog.Paused, PasswordHashing.Busy);
    }

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Change(NewEmailBody body, ChangeEmail change, Caller caller, CancellationToken cancellation) =>
        (await change.Handle(body.Email!, body.Password!, caller, cancellation)).ToOk(static _ => new SaidSo("A link was mailed to the new address", true));

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Confirm(MailedTokenBody body, ProveNewEmail prove, CancellationToken cancellation) =>
        (await prove.Handle(body.Token!, cancellation)).ToOk(static _ => new SaidSo("The e-mail address was changed", true));

    private static async Task<Results<Ok<SaidSo>, ProblemHttpResult>> Undo(MailedTokenBody body, UndoEmailChange undo, CancellationToken cancellation) =>
        (await undo.Handle(body.Token!, cancellation)).ToOk(static _ => new SaidSo("The old e-mail address stays; choose a new password with the link in your mail", true));

    private static async Task<IResult> Verify(VerifyPhoneBody body, VerifyPhone verify, Caller caller, CancellationToken cancellation)
    {
        if (!string.IsNullOrWhiteSpace(body.Code))
            return (await verify.ConfirmAsync(body.Code, caller, cancellation)).ToOk(static _ => new SaidSo("The telephone number is proved", true)).Result;
        var begun = await verify.BeginAsync(new(body.PhoneNumber, body.Password), caller, cancellation);
        return begun.ToOk(static b => new PhoneBegun(b.Number, b.IsSent, b.ShownCode, b.SendTo, (int)PhoneVerification.Lifetime.TotalSeconds)).Result;
    }
}

public sealed record NewEmailBody([property: Needed, MailAddress] string? Email, [property: Needed, AtMost(NewPasswordAttribute.MaximumLength)] string? Password);

public sealed record MailedTokenBody([property: Needed, AtMost(255)] string? Token);

/// <param name="PhoneNumber">Null: the account's.</param>
/// <param name="Code">The code that was sent; null: send one.</param>
/// <param name="Password">Needed when the account has another number that is proved.</param>
public sealed record VerifyPhoneBody(
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber,
    [property: AtMost(32)] string? Code,
    [property: AtMost(NewPasswordAttribute.MaximumLength)] string? Password);

/// <param name="Sent">A code is on its way to the number.</param>
/// <param name="ShownCode">Proves the number as the text of an SMS from it.</param>
/// <param name="SendTo">Where to; null: any number of this server.</param>
/// <param name="ExpiresIn">Seconds.</param>
public sealed record PhoneBegun(string PhoneNumber, bool Sent, string ShownCode, string? SendTo, int ExpiresIn);

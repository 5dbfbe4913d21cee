using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Realtime;

namespace Stoa.Server.Identity.Doors;

/// <summary>An account as the marketplace and the planner write it: ids are strings, roles are names.</summary>
/// <param name="Type">In which capacity it writes: astrologer, admin or user (contract E.1).</param>
public sealed record StringIdAccount(
    StringId Id,
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId UserId,
    string Username,
    string Email,
    string? FullName,
    string Name,
    string? Phone,
    string? PhoneNumber,
    string Role,
    IReadOnlyList<string> Roles,
    string UserType,
    string Type,
    bool IsActive,
    bool IsSuperuser,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    public static StringIdAccount Of(AccountDetails account)
    {
        var (user, roles) = (account.User, account.RoleNames);
        var type = PartyNames.Of(PartyTypes.Of(roles.Contains(RoleNames.Admin) || roles.Contains(RoleNames.SuperAdmin), roles.Contains(RoleNames.Astrologer)));
        return new StringIdAccount(
            user.Id, user.Id, user.Id, user.Username, user.Email, user.FullName, string.IsNullOrWhiteSpace(user.FullName) ? user.Username : user.FullName,
            user.StatedNumber, user.StatedNumber, roles[0], roles, roles[0], type, user.IsActive, user.IsSuperuser, user.CreatedAt, user.UpdatedAt);
    }
}

/// <summary>A log-in of any client: the name it comes under tells which one it is (contract E.2).</summary>
public sealed record LogInBody(
    [property: AtMost(User.MaxEmailLength)] string? Username,
    [property: AtMost(User.MaxEmailLength)] string? Identifier,
    [property: AtMost(User.MaxEmailLength)] string? Email,
    [property: Needed, AtMost(NewPasswordAttribute.MaximumLength)] string? Password) : IValidatableObject
{
    /// <summary>What is signed in with; there is one, or the body was refused.</summary>
    [JsonIgnore]
    public string Name => Blank(Username) ?? Blank(Identifier) ?? Email!;

    [JsonIgnore]
    public Surface Surface => Blank(Username) is not null ? Surface.Common : Blank(Identifier) is not null ? Surface.Planner : Surface.Market;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Blank(Username) is null && Blank(Identifier) is null && Blank(Email) is null)
            yield return new ValidationResult("is required", [nameof(Username)]);
    }

    private static string? Blank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}

/// <summary>A registration at the mailbox's and the planner's doors.</summary>
public sealed record RegisterBody(
    [property: Needed, Username] string? Username,
    [property: Needed, MailAddress] string? Email,
    [property: Needed, NewPassword] string? Password,
    [property: AtMost(User.MaxFullNameLength), ShownName] string? FullName,
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber,
    [property: AtMost(100)] string? Role = null,
    [property: AtMost(100)] string? UserType = null,
    [property: AtMost(100)] string? InvitationCode = null)
{
    internal RegisterUser.Request ToRequest(Device device) => new(
        Username!, Email!, Password!, FullName, PhoneNumber, device, Role ?? UserType, InvitationCode, PasswordRules.PlannerMinimumLength,
        BindsPhone: device.Surface == Surface.Common);
}

/// <summary>A registration under /api: without a user name it comes from the marketplace (contract E.2).</summary>
public sealed record AnyRegisterBody(
    [property: Username] string? Username,
    [property: Needed, MailAddress] string? Email,
    [property: Needed, NewPassword] string? Password,
    [property: AtMost(User.MaxFullNameLength), ShownName] string? FullName,
    [property: AtMost(User.MaxPhoneLength), Phone] string? PhoneNumber,
    [property: AtMost(User.MaxPhoneLength), Phone] string? Phone,
    [property: AtMost(100), ShownName] string? FirstName,
    [property: AtMost(100), ShownName] string? LastName,
    [property: AtMost(100)] string? Role,
    [property: AtMost(100)] string? UserType,
    [property: AtMost(100)] string? InvitationCode = null) : IValidatableObject
{
    [JsonIgnore]
    public bool IsMarket => string.IsNullOrWhiteSpace(Username);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsMarket && string.IsNullOrWhiteSpace(Email))
            yield return new ValidationResult("is required", [nameof(Username)]);
    }

    internal RegisterUser.Request ToRequest(Device device)
    {
        var names = $"{FirstName} {LastName}".Trim();
        return new(IsMarket ? null : Username, Email!, Password!, FullName ?? (names.Length > 0 ? names : null), PhoneNumber ?? Phone, device, Role ?? UserType, InvitationCode,
            BindsPhone: !IsMarket);
    }
}

/// <summary>The answer to a sign-in with an e-mail address (marketplace) or an identifier (planner).</summary>
/// <param name="Token">The planner's name for the access token.</param>
public sealed record StringIdSignIn(
    bool Success,
    string Message,
    string AccessToken,
    string Token,
    string RefreshToken,
    string TokenType,
    StringId UserId,
    StringIdAccount User)
{
    public static StringIdSignIn Of(SignedIn signedIn, AccountDetails account, string message) => new(
        true, message, signedIn.AccessToken, account.Surface == Surface.Planner ? signedIn.LongToken : signedIn.AccessToken, signedIn.RefreshToken,
        "bearer", signedIn.User.Id, StringIdAccount.Of(account));
}

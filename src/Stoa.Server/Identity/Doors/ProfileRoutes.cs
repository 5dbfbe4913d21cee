using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Identity.Profiles;

namespace Stoa.Server.Identity.Doors;

/// <summary>The planner's profiles (contract B.4): one's own whole, others' as far as they show them.</summary>
public static class ProfileRoutes
{
    public static void MapProfiles(this IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/api/v1/users").RequireAuthorization().WithTags("Profiles");
        users.MapGet("/me", ReadMine).WithSummary("The caller's profile");
        users.MapPut("/me", UpdateMine).WithSummary("Change the caller's profile; what is left out stays")
            .Example("""{"bio":"Likes the sea","location":"Lisbon","skills_interests":["sailing"],"preferred_difficulty":"Beginner"}""")
            .Refuses(RegisterUser.UsernameTaken, RegisterUser.UsernameInvalid, UpdateProfile.BirthDateInvalid);
        users.MapPut("/me/privacy", UpdatePrivacy).WithSummary("Change what others see").Example("""{"hide_skills":true,"hide_stats":false}""");
        users.MapPost("/me/deactivate", Deactivate).WithSummary("Put the account to rest; signing in wakes it").Refuses(SetStanding.LastSuperuser);
        users.MapGet("/{id:long}", Read).WithSummary("Somebody's profile, as far as it is shown").Refuses(User.NotFound);
    }

    private static async Task<Results<Ok<ProfileAnswer>, ProblemHttpResult>> ReadMine(Caller caller, ReadProfile read, CancellationToken cancellation) =>
        (await read.Handle(caller.UserId, caller, cancellation)).ToOk(static p => ProfileAnswer.Of(p, "Profile retrieved"));

    private static async Task<Results<Ok<ProfileAnswer>, ProblemHttpResult>> Read(long id, Caller caller, ReadProfile read, CancellationToken cancellation) =>
        (await read.Handle(id, caller, cancellation)).ToOk(static p => ProfileAnswer.Of(p, "Profile retrieved"));

    private static async Task<Results<Ok<ProfileAnswer>, ProblemHttpResult>> UpdateMine(
        ProfileBody body, Caller caller, UpdateProfile update, CancellationToken cancellation) =>
        (await update.Handle(body.ToRequest(), caller, cancellation)).ToOk(static p => ProfileAnswer.Of(p, "Profile updated"));

    private static async Task<Results<Ok<ProfileAnswer>, ProblemHttpResult>> UpdatePrivacy(
        PrivacyBody body, Caller caller, UpdateProfile update, CancellationToken cancellation) =>
        (await update.Handle(new(null, null, null, null, null, null, null, null, null, null, null, null, body.ToPrivacy()), caller, cancellation))
            .ToOk(static p => ProfileAnswer.Of(p, "Privacy settings updated"));

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Deactivate(Caller caller, DeactivateAccount deactivate, CancellationToken cancellation) =>
        (await deactivate.Handle(caller, cancellation)).ToOk(static _ => new Said("Account deactivated"));
}

public sealed record PrivacyBody(bool? IsPrivate, bool? HideSkills, bool? HideStats, bool? HideActivity)
{
    internal UpdateProfile.Privacy ToPrivacy() => new(IsPrivate, HideSkills, HideStats, HideActivity);
}

public sealed record ProfileBody(
    [property: StringLength(30, MinimumLength = 3, ErrorMessage = "has 3 to 30 characters"), Username] string? Username,
    [property: AtMost(User.MaxFullNameLength), ShownName] string? FullName,
    [property: AtMost(Profile.MaxNameLength), ShownName] string? FirstName,
    [property: AtMost(Profile.MaxNameLength), ShownName] string? LastName,
    [property: AtMost(500)] string? Bio,
    [property: AtMost(Profile.MaxLocationLength)] string? Location,
    [property: AtMost(Profile.MaxWebsiteLength), RegularExpression("^([hH][tT][tT][pP][sS]?://[^\\s]+)?$", ErrorMessage = "must begin with http:// or https://")] string? Website,
    DateOnly? BirthDate,
    [property: Topics(Profile.MaxInterests)] List<string>? SkillsInterests,
    [property: Topics(Profile.MaxGoals)] List<string>? LearningGoals,
    [property: RegularExpression("^(Beginner|Intermediate|Advanced)?$", ErrorMessage = "is Beginner, Intermediate or Advanced")] string? PreferredDifficulty,
    [property: AtMost(Profile.MaxTimezoneLength), TimeZoneName] string? Timezone,
    PrivacyBody? PrivacySettings)
{
    internal UpdateProfile.Request ToRequest() => new(
        Username, FullName, FirstName, LastName, Bio, Location, Website, BirthDate, SkillsInterests, LearningGoals, PreferredDifficulty, Timezone,
        PrivacySettings?.ToPrivacy());
}

/// <summary>So many words or phrases at most, none blank, none longer than 100 characters.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TopicsAttribute(int most) : ValidationAttribute($"has at most {most} entries of 1 to {Profile.MaxTopicLength} characters")
{
    public int Most { get; } = most;

    public override bool IsValid(object? value) => value is null
        || (value is IReadOnlyCollection<string> topics && topics.Count <= Most && topics.All(static t => !string.IsNullOrWhiteSpace(t) && t.Length <= Profile.MaxTopicLength));
}

/// <summary>The same profile under both names that clients read.</summary>
public sealed record ProfileAnswer(string Message, ProfileView Profile, ProfileView User)
{
    public static ProfileAnswer Of(ReadProfile.Response found, string message)
    {
        var view = ProfileView.Of(found);
        return new ProfileAnswer(message, view, view);
    }
}

public sealed record PrivacyView(bool IsPrivate, bool HideSkills, bool HideStats, bool HideActivity);

/// <summary>What is hidden is left out.</summary>
public sealed record ProfileView(
    StringId Id,
    [property: JsonPropertyName("_id")] StringId MongoId,
    StringId UserId,
    string Username,
    bool IsPrivate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Email,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FullName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? FirstName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Bio,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Location,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Website,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateOnly? BirthDate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? SkillsInterests,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? LearningGoals,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PreferredDifficulty,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Timezone,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] PrivacyView? PrivacySettings,
    DateTimeOffset CreatedAt)
{
    public static ProfileView Of(ReadProfile.Response found)
    {
        var (user, profile) = (found.User, found.Profile);
        var shown = found.ShowsDetails ? profile : null;
        return new ProfileView(
            user.Id, user.Id, user.Id, user.Username, profile.IsPrivate,
            found.IsOwn ? user.Email : null,
            found.ShowsDetails ? user.FullName : null, shown?.FirstName, shown?.LastName,
            found.ShowsDetails ? user.Bio : null, shown?.Location, shown?.Website,
            found.IsOwn ? profile.BirthDate : null,
            found.ShowsSkills ? profile.SkillsInterests : null,
            found.ShowsSkills ? profile.LearningGoals : null,
            found.ShowsSkills ? profile.PreferredDifficulty : null,
            shown?.Timezone,
            found.IsOwn ? new PrivacyView(profile.IsPrivate, profile.HideSkills, profile.HideStats, profile.HideActivity) : null,
            user.CreatedAt);
    }
}

using Microsoft.EntityFrameworkCore;
using Stoa.Core.Text;
using Stoa.Core;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Realtime.Presence;

namespace Stoa.Server.Identity.Profiles;

/// <summary>Changes the caller's profile and privacy. What is null stays; blank text and empty lists take away.</summary>
/// <remarks>Refusals: <c>auth.username_taken</c>, <c>auth.username_invalid</c>.</remarks>
public sealed class UpdateProfile(StoaDb db, SessionEnding sessions, PresenceVisibility presence, TimeProvider clock)
{
    public sealed record Request(
        string? Username,
        string? FullName,
        string? FirstName,
        string? LastName,
        string? Bio,
        string? Location,
        string? Website,
        DateOnly? BirthDate,
        IReadOnlyList<string>? SkillsInterests,
        IReadOnlyList<string>? LearningGoals,
        string? PreferredDifficulty,
        string? Timezone,
        Privacy? Privacy);

    public sealed record Privacy(bool? IsPrivate, bool? HideSkills, bool? HideStats, bool? HideActivity);

    // Nobody alive was born before.
    private const int FirstBirthYear = 1900;

    public static readonly Refusal BirthDateInvalid = Refusal.Invalid("profile.birth_date_invalid", "A date of birth lies in the past, and not before 1900");

    public async Task<Outcome<ReadProfile.Response>> Handle(Request request, Caller caller, CancellationToken cancellation)
    {
        if (request.BirthDate is { } born && (born.Year < FirstBirthYear || born > DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime)))
            return BirthDateInvalid;
        var user = await db.Users.Include(u => u.Profile).SingleAsync(u => u.Id == caller.UserId, cancellation);
        if (request.Username is { } username)
        {
            if (username.Contains('@', StringComparison.Ordinal) && User.KeyOf(username) != user.EmailKey)
                return RegisterUser.UsernameInvalid;
            (user.Username, user.UsernameKey) = (NormalForm.C(username.Trim()), User.KeyOf(username));
        }

        var profile = user.Profile ??= new Profile { UserId = user.Id };
        Apply(request, user, profile);
        if (request.Privacy is { } privacy)
            Apply(privacy, profile);
        user.UpdatedAt = clock.GetUtcNow().Rounded();
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException e) when (db.IsUniqueViolation(e))
        {
            // Either the name is taken, or two first changes of one profile came at once.
            db.ChangeTracker.Clear();
            var isTaken = await db.Users.AnyAsync(u => u.UsernameKey == user.UsernameKey && u.Id != user.Id, cancellation);
            return isTaken ? RegisterUser.UsernameTaken : await Handle(request, caller, cancellation);
        }

        sessions.Forget(user.Id);
        if (request.Privacy is not null)
            presence.Changed(user.Id);
        return new ReadProfile.Response(user, profile, IsOwn: true);
    }

    private static void Apply(Request request, User user, Profile profile)
    {
        var names = (request.FirstName, request.LastName) is (null, null) ? null : $"{request.FirstName ?? profile.FirstName} {request.LastName ?? profile.LastName}";
        user.FullName = Changed(user.FullName, request.FullName ?? names);
        user.Bio = Changed(user.Bio, request.Bio);
        profile.FirstName = Changed(profile.FirstName, request.FirstName);
        profile.LastName = Changed(profile.LastName, request.LastName);
        profile.Location = Changed(profile.Location, request.Location);
        profile.Website = Changed(profile.Website, request.Website);
        profile.BirthDate = request.BirthDate ?? profile.BirthDate;
        profile.SkillsInterests = request.SkillsInterests is { } interests ? [.. interests] : profile.SkillsInterests;
        profile.LearningGoals = request.LearningGoals is { } goals ? [.. goals] : profile.LearningGoals;
        profile.PreferredDifficulty = Changed(profile.PreferredDifficulty, request.PreferredDifficulty);
        profile.Timezone = Changed(profile.Timezone, request.Timezone);
    }

    private static void Apply(Privacy privacy, Profile profile)
    {
        profile.IsPrivate = privacy.IsPrivate ?? profile.IsPrivate;
        profile.HideSkills = privacy.HideSkills ?? profile.HideSkills;
        profile.HideStats = privacy.HideStats ?? profile.HideStats;
        profile.HideActivity = privacy.HideActivity ?? profile.HideActivity;
    }

    private static string? Changed(string? old, string? given) => given is null ? old : string.IsNullOrWhiteSpace(given) ? null : given.Trim();
}

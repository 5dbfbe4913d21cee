using Stoa.Core.Text;

namespace Stoa.Core.Accounts;

/// <summary>An account: one person (or shop, or bot) for all five products.</summary>
public sealed class User
{
    public const int MaxUsernameLength = 100;
    public const int MaxEmailLength = 255;
    public const int MaxFullNameLength = 255;
    public const int MaxPhoneLength = 20;
    public const int MaxBioLength = 2000;

    /// <summary>Absent, or deleted.</summary>
    public static readonly Refusal NotFound = Refusal.NotFound("user.not_found", "User not found");

    public long Id { get; private set; }

    /// <summary>As its owner writes it; unique ignoring case by <see cref="UsernameKey"/>.</summary>
    public required string Username { get; set; }

    /// <summary><see cref="KeyOf"/> of the user name.</summary>
    public required string UsernameKey { get; set; }

    public required string Email { get; set; }

    /// <summary><see cref="KeyOf"/> of the e-mail address.</summary>
    public required string EmailKey { get; set; }

    /// <summary>When the owner proved to read mail at <see cref="Email"/>; null: not yet, or the address changed since.</summary>
    public DateTimeOffset? EmailVerifiedAt { get; set; }

    /// <summary>bcrypt in the modular crypt form (<c>$2b$cost$…</c>).</summary>
    public required string PasswordHash { get; set; }

    public string? FullName { get; set; }

    public string? Bio { get; set; }

    /// <summary>The number bound to the account, as <see cref="Accounts.PhoneNumber.Normalize"/> writes it; unique when present. SMS from it are the account's once it is proved.</summary>
    public string? PhoneNumber { get; private set; }

    /// <summary>A number somebody stated as a contact: bound to nothing, and possibly others' too. Null while <see cref="PhoneNumber"/> is there.</summary>
    public string? ContactNumber { get; private set; }

    /// <summary>When the owner proved to have <see cref="PhoneNumber"/> (<see cref="PhoneBinding"/>); null: not yet.</summary>
    public DateTimeOffset? PhoneVerifiedAt { get; private set; }

    /// <summary>What the account shows as its number, proved or not.</summary>
    public string? StatedNumber => PhoneNumber ?? ContactNumber;

    /// <summary>False: may neither sign in nor call (S1-21).</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>Set when the owner put the account to rest; signing in wakes it. Null with <see cref="IsActive"/> false: an administrator disabled it.</summary>
    public DateTimeOffset? DeactivatedAt { get; set; }

    /// <summary>Until then no message may be sent; kept equal to the restrictions by <see cref="Moderation.Restrictions"/>, so that sending costs no further query.</summary>
    public DateTimeOffset? MessagingBannedUntil { get; set; }

    /// <summary>Until then the account may neither sign in nor call; kept like <see cref="MessagingBannedUntil"/>.</summary>
    public DateTimeOffset? SuspendedUntil { get; set; }

    /// <summary>Since when signing in needs a second step; null: it does not.</summary>
    public DateTimeOffset? TwoFactorSince { get; set; }

    /// <summary>When the last socket went; shown only to those who may see it. Null: never seen.</summary>
    public DateTimeOffset? LastSeenAt { get; private set; }

    public bool IsSuperuser { get; set; }

    /// <summary>Counts what made earlier proofs worthless: another password, a disabling, a suspension, a deletion, a log-out everywhere.</summary>
    /// <remarks>Sessions and first steps keep the count they were made under and are good under no other. Moved by <see cref="AccountRights"/> alone.</remarks>
    public long CredentialsVersion { get; private set; }

    /// <summary>Counts changes of what the account may; whoever acts for long compares it and asks again. Moved by <see cref="AccountRights"/> alone.</summary>
    public long RightsVersion { get; private set; }

    /// <summary>An account of the server's own, which nobody signs in to: the support desk.</summary>
    public bool IsSystem { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Set once deleted: the row stays for what others keep of it (their messages), everything personal is gone.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    public List<UserRole> Roles { get; } = [];

    public Profile? Profile { get; set; }

    /// <summary>The form in which names and addresses are compared (<see cref="Text.ComparedText"/>).</summary>
    public static string KeyOf(string text) => ComparedText.KeyOf(text);

    /// <summary>The full name where others may see it; null where the profile is private, or there is none.</summary>
    public static string? ShownFullName(string? fullName, bool isPrivate) => isPrivate || string.IsNullOrWhiteSpace(fullName) ? null
        : fullName;

    /// <summary>What others read beside what the account writes.</summary>
    public static string ShownName(string username, string? fullName, bool isPrivate) => ShownFullName(fullName, isPrivate) ?? username;

    /// <summary>Takes everything personal away and keeps the id, which the messages of others name. Name and address become free.</summary>
    public void Erase(DateTimeOffset now)
    {
        Username = UsernameKey = $"deleted-{Id}";
        Email = EmailKey = $"deleted-{Id}@invalid";
        PasswordHash = "";
        FullName = "Unknown";
        Bio = PhoneNumber = ContactNumber = null;
        EmailVerifiedAt = PhoneVerifiedAt = null;
        IsActive = IsSuperuser = false;
        DeactivatedAt = TwoFactorSince = LastSeenAt = null;
        DeletedAt = UpdatedAt = now;
    }

    /// <summary>Wakes the account if its owner had put it to rest.</summary>
    public User Awake()
    {
        if (DeactivatedAt is not null)
            (IsActive, DeactivatedAt) = (true, null);
        return this;
    }

    /// <summary>Takes another address; one that differs not only in case has to be verified anew.</summary>
    public void ChangeEmail(string email)
    {
        if (KeyOf(email) != EmailKey)
            EmailVerifiedAt = null;
        (Email, EmailKey) = (email.Trim(), KeyOf(email));
    }

    /// <summary>States a number, in one form; another than before is not proved.</summary>
    /// <param name="number">Null or blank: none.</param>
    /// <param name="binds">False: as a contact only, which others may state too.</param>
    public void StatePhone(string? number, bool binds)
    {
        var stated = string.IsNullOrWhiteSpace(number) ? null : Accounts.PhoneNumber.Normalize(number) ?? number.Trim();
        if (stated is not null && stated == PhoneNumber)
            return;
        PhoneVerifiedAt = null;
        PhoneNumber = binds ? stated : null;
        ContactNumber = binds ? null : stated;
    }

    /// <summary>Makes an account that is not stored yet.</summary>
    public static User Register(string username, string email, string passwordHash, DateTimeOffset now) => new()
    {
        Username = NormalForm.C(username.Trim()),
        UsernameKey = KeyOf(username),
        Email = email.Trim(),
        EmailKey = KeyOf(email),
        PasswordHash = passwordHash,
        CreatedAt = now,
        UpdatedAt = now,
    };

    /// <summary>The name under which the support desk's account is found; no registration takes a name with a blank.</summary>
    public const string SupportDeskName = "support desk";

    /// <summary>The account as which administrators write to the support inboxes, not stored yet.</summary>
    public static User SupportDesk(DateTimeOffset now) => new()
    {
        Username = SupportDeskName,
        UsernameKey = KeyOf(SupportDeskName),
        Email = "support-desk@invalid",
        EmailKey = "support-desk@invalid",
        PasswordHash = "",
        FullName = "Support",
        IsActive = false,
        IsSystem = true,
        CreatedAt = now,
        UpdatedAt = now,
    };
}

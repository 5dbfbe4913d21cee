namespace Stoa.Server.Hosting.Security;

/// <summary>The one list of what must not happen unseen (ASVS 5.0 16.3, 6.3.7). What is not in it is not noted; what is in it is noted with every part it names.</summary>
public static class SecurityEvents
{
    public static readonly SecurityEvent PasswordChanged = Changed("password.changed", "the password was changed. Every other device has been signed out.");
    public static readonly SecurityEvent PasswordReset = Audited("password_reset.used"); // told by a letter of its own
    public static readonly SecurityEvent EmailChangeAsked = Audited("email.change_asked"); // likewise
    public static readonly SecurityEvent EmailChanged = new("email.changed", true, LogLevel.Information, TellsByMail.OldAndNewAddress, "the e-mail address was changed. If it was not you, the link in the mail before this one takes it back.");
    public static readonly SecurityEvent EmailChangeUndone = new(
        "email.change_undone", true, LogLevel.Warning, TellsByMail.OldAndNewAddress, "the change of the e-mail address was taken back from the old address. Every device has been signed out.");
    public static readonly SecurityEvent PhoneChanged = Changed("phone.changed", "the telephone number was changed.");
    public static readonly SecurityEvent PhoneProved = Changed("phone.proved", "a telephone number was proved. SMS from it count as yours.");
    public static readonly SecurityEvent MfaOn = Changed("mfa.on", "an authenticator was added. Signing in needs its codes from now on.");
    public static readonly SecurityEvent MfaOff = Changed("mfa.off", "the authenticator was removed. The password alone signs in again.");
    public static readonly SecurityEvent MfaRemoved = Changed("user.mfa_removed", "an administrator removed the authenticator. The password alone signs in again.");
    public static readonly SecurityEvent RecoveryCodesRenewed = Changed("mfa.codes_renewed", "new recovery codes were made. The old ones are void.");
    public static readonly SecurityEvent PasskeyAdded = Changed("passkey.added", "a passkey was added. Whoever has it can sign in.");
    public static readonly SecurityEvent PasskeyRemoved = Changed("passkey.removed", "a passkey was removed.");
    public static readonly SecurityEvent UnprovedVoided = Audited("user.unproved_voided"); // told by the letter of the reset

    public static readonly SecurityEvent RolesChanged = Changed("user.roles", "an administrator changed what your account may do (its roles).");
    public static readonly SecurityEvent SuperuserChanged = Changed("user.superuser", "an administrator changed what your account may do (superuser).");
    public static readonly SecurityEvent Enabled = Changed("user.enabled", "an administrator enabled your account.");
    public static readonly SecurityEvent Disabled = Changed("user.disabled", "an administrator disabled your account. Nobody can sign in with it.");
    public static readonly SecurityEvent Suspended = Changed("restriction.suspension.imposed", "your account was suspended. Nobody can sign in with it until that ends.");
    public static readonly SecurityEvent SuspensionLifted = Changed("restriction.suspension.lifted", "the suspension of your account was lifted.");
    public static readonly SecurityEvent Deleted = Changed("user.deleted", "an administrator deleted your account.");
    public static readonly SecurityEvent DeletedSelf = Changed("user.deleted_self", "your account was deleted, as somebody asked who knew its password.");

    public static readonly SecurityEvent KeyRotated = Audited("key.rotated");
    public static readonly SecurityEvent KeysRetired = Audited("key.retired");
    public static readonly SecurityEvent WrongDeskKey = new("support_key.wrong", true, LogLevel.Warning);

    public static readonly SecurityEvent ReadAccounts = Audited("read.accounts");
    public static readonly SecurityEvent ReadThreads = Audited("read.threads");
    public static readonly SecurityEvent ReadOriginals = Audited("read.originals");
    public static readonly SecurityEvent ReadInbox = Audited("read.inbox");
    public static readonly SecurityEvent ReadResets = Audited("read.password_resets");
    public static readonly SecurityEvent ReadReports = Audited("read.reports");

    public static readonly SecurityEvent SignedIn = Logged("session.opened", LogLevel.Information);
    public static readonly SecurityEvent SignInRefused = Logged("login.refused", LogLevel.Warning);
    public static readonly SecurityEvent RightsRefused = Logged("rights.refused", LogLevel.Warning);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<SecurityEvent> All { get; } =
    [
        PasswordChanged, PasswordReset, EmailChangeAsked, EmailChanged, EmailChangeUndone, PhoneChanged, PhoneProved, MfaOn, MfaOff, MfaRemoved, RecoveryCodesRenewed, PasskeyAdded,
        PasskeyRemoved, UnprovedVoided, RolesChanged, SuperuserChanged, Enabled, Disabled, Suspended, SuspensionLifted, Deleted, DeletedSelf, KeyRotated, KeysRetired, WrongDeskKey,
        ReadAccounts, ReadThreads, ReadOriginals, ReadInbox, ReadResets, ReadReports, SignedIn, SignInRefused, RightsRefused,
    ];

    /// <summary>By its name, e.g. to write the letter about it; null when this version knows none.</summary>
    public static SecurityEvent? Named(string name) => All.FirstOrDefault(e => e.Name == name);

    private static SecurityEvent Changed(string name, string sentence) => new(name, true, LogLevel.Information, TellsByMail.Owner, sentence);

    private static SecurityEvent Audited(string name) => new(name, true, LogLevel.Information);

    private static SecurityEvent Logged(string name, LogLevel level) => new(name, false, level);
}

namespace Stoa.Server.Hosting.Settings;

/// <summary>Who may sign up and in, how often, and as what.</summary>
public sealed class AccountsSettings
{
    /// <summary>The key with which consoles without accounts speak for the support desk (header <c>x-admin-key</c>). Null: the header grants nothing.</summary>
    [Secret, Aliases("ADMIN_SECRET_KEY")]
    public string? AdminSecretKey { get; init; }

    /// <summary>How often one address may try to sign in to one account within a minute.</summary>
    [Aliases("RATELIMIT__LOGINS_PER_MINUTE"), Between("1", "1000000")]
    public int LogInsPerMinute { get; init; } = 10;

    /// <summary>How often one address may try to sign in to any account within a minute; loopback addresses are not counted.</summary>
    [Between("1", "1000000")]
    public int LogInsPerAddressPerMinute { get; init; } = 300;

    /// <summary>How many tokens and codes one address may present within a minute without being signed in; loopback addresses are not counted; 0: as many as it likes.</summary>
    [Between("0", "1000000")]
    public int CredentialsPerAddressPerMinute { get; init; } = 600;

    /// <summary>How many accounts one address may ask for within an hour; loopback addresses are not counted.</summary>
    [Between("1", "1000000")]
    public int RegistrationsPerAddressPerHour { get; init; } = 100;

    /// <summary>Who may make an account at the doors for everybody; administrators can always make one.</summary>
    public RegistrationMode Registration { get; init; } = RegistrationMode.Open;

    /// <summary>Roles people may give themselves when they sign up.</summary>
    public IReadOnlyList<string> SelfAssignedRoles { get; init; } = ["user", "influencer", "business", "seller", "buyer"];

    /// <summary>
    /// Roles whose powers wait until their holder has a second step (authenticator): <c>moderator</c>, <c>admin</c>, <c>super_admin</c>. Without one the account
    /// is an ordinary one.
    /// </summary>
    public IReadOnlyList<string> SecondStepRoles { get; init; } = [];

    /// <summary>What authenticator apps call this server.</summary>
    public string Issuer { get; init; } = "Stoa";

    /// <summary>The domain passkeys belong to (WebAuthn's RP ID). Empty: the host of <c>Web:FrontendUrl</c>, else <c>Listen:Domain</c>.</summary>
    public string PasskeyDomain { get; init; } = "";
}

/// <summary>Who may make an account.</summary>
public enum RegistrationMode
{
    /// <summary>Everybody.</summary>
    Open,

    /// <summary>Whoever has the code of an invitation that an administrator made.</summary>
    Invitation,

    /// <summary>Nobody but administrators, for others.</summary>
    Closed,
}

namespace Stoa.Core.Accounts;

/// <summary>An account's shared secret for one-time codes (RFC 6238).</summary>
public sealed class Authenticator
{
    /// <summary>Also the account's id: one per account.</summary>
    public required long UserId { get; init; }

    /// <summary>Encrypted and bound to the account; useless without the server's key.</summary>
    public required string SealedSecret { get; set; }

    /// <summary>Null until the owner has shown a code: a mistyped secret must not lock anybody out.</summary>
    public DateTimeOffset? ConfirmedAt { get; set; }

    /// <summary>The newest time step whose code was taken: it and older ones are refused (RFC 6238 §5.2).</summary>
    public long LastStep { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
}

/// <summary>A single-use code for the day the authenticator is lost.</summary>
public sealed class RecoveryCode
{
    public long Id { get; private set; }

    public required long UserId { get; init; }

    /// <summary>A keyed hash: 50 random bits alone could be searched by whoever steals the table.</summary>
    public required string CodeHash { get; init; }

    public DateTimeOffset? UsedAt { get; set; }
}

/// <summary>A passkey (WebAuthn credential) that signs its owner in.</summary>
public sealed class Passkey
{
    public const int MaxNameLength = 100;
    public const int MaxPerAccount = 20;

    /// <summary>WebAuthn §4, credential id.</summary>
    public const int MaxCredentialBytes = 1023;

    public long Id { get; private set; }

    public required long UserId { get; init; }

    /// <summary>Chosen by the authenticator; unique.</summary>
    public required byte[] CredentialId { get; init; }

    /// <summary>COSE form.</summary>
    public required byte[] PublicKey { get; init; }

    /// <summary>What its owner calls it.</summary>
    public string? Name { get; set; }

    /// <summary>The authenticator's own counter; one that goes back tells of a copy.</summary>
    public long SignCount { get; set; }

    public IReadOnlyList<string> Transports { get; init; } = [];

    public bool IsUserVerified { get; set; }

    public bool IsBackupEligible { get; init; }

    public bool IsBackedUp { get; set; }

    public required byte[] AttestationObject { get; init; }

    public required byte[] ClientDataJson { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A sign-in, or a registration of a passkey, that waits for its second step. Named by a random token, good once and briefly.</summary>
public sealed class SignInChallenge
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How many wrong second steps one first step is good for.</summary>
    public const int MaxAttempts = 5;

    public long Id { get; private set; }

    /// <summary>SHA-256 of the token, lower-case hex.</summary>
    public required string TokenHash { get; init; }

    /// <summary>What it waits for; a token is accepted for nothing else.</summary>
    public required string Purpose { get; init; }

    /// <summary>Null while it is not known who signs in.</summary>
    public long? UserId { get; init; }

    /// <summary>The <see cref="User.CredentialsVersion"/> under which the first step was taken; under another it is void. Null with <see cref="UserId"/>.</summary>
    public long? CredentialsVersion { get; init; }

    /// <summary>What the second step needs to know again.</summary>
    public string? State { get; init; }

    public int Attempts { get; set; }

    public required DateTimeOffset ExpiresAt { get; init; }
}

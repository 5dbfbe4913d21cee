namespace Stoa.Server.Hosting.Settings;

/// <summary>Access and refresh tokens.</summary>
public sealed class TokensSettings
{
    /// <summary>Signs access tokens; at least 32 bytes. Null: a key is made at the first start and kept in the data folder.</summary>
    [Secret, Aliases("SECRET_KEY", "JWT_SECRET_KEY", "JWT_SECRET")]
    public string? Secret { get; init; }

    /// <summary>
    /// Keys that are still accepted but sign nothing: the one that <see cref="Secret"/> replaced, or the one that will replace it, until every server knows both.
    /// </summary>
    [Secret, Aliases("SECRET_KEY_PREVIOUS")]
    public IReadOnlyList<string> PreviousSecrets { get; init; } = [];

    [Between("00:00:01", "7.00:00:00")]
    public TimeSpan AccessLifetime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Of access tokens for clients that never refresh (contract E.2). They die with their session, like all.</summary>
    [Between("00:00:01", "365.00:00:00")]
    public TimeSpan LongAccessLifetime { get; init; } = TimeSpan.FromDays(7);

    [Between("00:01:00", "365.00:00:00")]
    public TimeSpan RefreshLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How far the clocks of nodes may differ.</summary>
    [Between("00:00:00", "00:05:00")]
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>Password hashing.</summary>
public sealed class PasswordsSettings
{
    /// <summary>bcrypt's cost: each step doubles the time of a hash, 12 takes about 0.2 s of a core.</summary>
    [Aliases("BCRYPT_ROUNDS"), Between("4", "16")]
    public int BcryptRounds { get; init; } = 12;

    /// <summary>New passwords need 8 characters, small and capital letters, a digit and a sign. Off: any 6 characters.</summary>
    public bool RequireComplexity { get; init; }

    /// <summary>How many hashes run at once; 0: half the cores, at least one.</summary>
    [Between("0", "256")]
    public int HashingThreads { get; init; }

    /// <summary>How many hashes may wait, half of them of devices and sessions that are known; beyond that a sign-in is refused for the moment.</summary>
    [Between("1", "100000")]
    public int QueueLength { get; init; } = 128;
}

/// <summary>Sessions.</summary>
public sealed class SessionsSettings
{
    /// <summary>How long a session's being alive is remembered before the database is asked again.</summary>
    [Between("00:00:00", "00:01:00")]
    public TimeSpan CacheTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How old a session becomes however often it is refreshed; then one signs in anew. 0: as old as it likes.</summary>
    [Between("00:00:00", "3650.00:00:00")]
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(90);
}

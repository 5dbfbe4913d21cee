namespace Stoa.Core.Accounts;

/// <summary>Whose client opened a session: shapes and lifetimes that differ between the served systems follow it.</summary>
public enum Surface
{
    /// <summary>Everybody's routes.</summary>
    Common,

    /// <summary>The marketplace: ids are strings, <c>roles</c> in the account.</summary>
    Market,

    /// <summary>The planner: ids are strings; its client never refreshes, so its tokens live long.</summary>
    Planner,
}

/// <summary>One log-in on one device. Its tokens name it and die with it.</summary>
public sealed class Session
{
    /// <summary>How long a session lives without a refresh, and a refresh token at all (S1-2).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    public const int MaxDeviceLength = 255;

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public User? User { get; init; }

    /// <summary>What the client called itself (User-Agent), cut to 255 characters.</summary>
    public string? DeviceInfo { get; init; }

    public string? IpAddress { get; init; }

    public Surface Surface { get; init; }

    /// <summary>False once ended: by log-out, by reuse of a spent refresh token, by its owner or an administrator.</summary>
    public bool IsActive { get; set; } = true;

    public required DateTimeOffset ExpiresAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

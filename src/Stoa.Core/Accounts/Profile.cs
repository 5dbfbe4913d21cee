namespace Stoa.Core.Accounts;

/// <summary>What an account tells about itself beyond its names; one row per account that told something.</summary>
public sealed class Profile
{
    public const int MaxLocationLength = 100;
    public const int MaxWebsiteLength = 255;
    public const int MaxTimezoneLength = 64;
    public const int MaxNameLength = 100;
    public const int MaxInterests = 20;
    public const int MaxGoals = 10;
    public const int MaxTopicLength = 100;

    /// <summary>Also the account's id.</summary>
    public required long UserId { get; init; }

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? Location { get; set; }

    /// <summary>http or https.</summary>
    public string? Website { get; set; }

    public DateOnly? BirthDate { get; set; }

    /// <summary>At most <see cref="MaxInterests"/> words or phrases.</summary>
    public List<string> SkillsInterests { get; set; } = [];

    /// <summary>At most <see cref="MaxGoals"/> words or phrases.</summary>
    public List<string> LearningGoals { get; set; } = [];

    /// <summary>Beginner, Intermediate or Advanced.</summary>
    public string? PreferredDifficulty { get; set; }

    /// <summary>IANA name.</summary>
    public string? Timezone { get; set; }

    /// <summary>Others see the user name and nothing else.</summary>
    public bool IsPrivate { get; set; }

    /// <summary>Others do not see what the account shares and learns.</summary>
    public bool HideSkills { get; set; }

    /// <summary>Others do not see counts.</summary>
    public bool HideStats { get; set; }

    /// <summary>Others do not see in their feeds what the account does.</summary>
    public bool HideActivity { get; set; }
}

namespace Stoa.Core.Accounts;

/// <summary>Roles that the server itself knows; others are names for clients. A role's row is made when it is first needed.</summary>
public static class RoleNames
{
    public const string User = "user";
    public const string Influencer = "influencer";
    public const string Business = "business";
    public const string Seller = "seller";
    public const string Buyer = "buyer";
    public const string Astrologer = "astrologer";
    public const string Moderator = "moderator";
    public const string Admin = "admin";
    public const string SuperAdmin = "super_admin";

    /// <summary>Roles that give power over others: only a superuser hands them out.</summary>
    public static readonly IReadOnlySet<string> Powerful = new HashSet<string>(StringComparer.Ordinal) { Moderator, Admin, SuperAdmin };

    public static readonly IReadOnlySet<string> Known = new HashSet<string>(StringComparer.Ordinal)
    {
        User, Influencer, Business, Seller, Buyer, Astrologer, Moderator, Admin, SuperAdmin,
    };
}

using System.Linq.Expressions;

namespace Stoa.Core.Accounts;

/// <summary>A named permission set, e.g. <c>astrologer</c> or <c>moderator</c>.</summary>
public sealed class Role
{
    public long Id { get; private set; }

    /// <summary>Unique, at most 100 characters.</summary>
    public required string Name { get; set; }

    public string? Description { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>A role held by a user; unique per pair.</summary>
public sealed class UserRole
{
    /// <summary>The role makes an administrator, as the superuser flag does (contract E.1).</summary>
    public static readonly Expression<Func<UserRole, bool>> Administers = static r => r.Role!.Name == RoleNames.Admin || r.Role.Name == RoleNames.SuperAdmin;

    public long Id { get; private set; }

    public required long UserId { get; init; }

    public required long RoleId { get; init; }

    public Role? Role { get; init; }
}

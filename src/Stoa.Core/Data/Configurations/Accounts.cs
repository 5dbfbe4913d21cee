using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;

namespace Stoa.Core.Data.Configurations;

internal sealed class UserTable : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> user)
    {
        user.ToTable("users");
        user.Property(u => u.Username).HasMaxLength(User.MaxUsernameLength);
        user.Property(u => u.UsernameKey).HasMaxLength(User.MaxUsernameLength);
        user.Property(u => u.Email).HasMaxLength(User.MaxEmailLength);
        user.Property(u => u.EmailKey).HasMaxLength(User.MaxEmailLength);
        user.Property(u => u.PasswordHash).HasColumnName("hashed_password").HasMaxLength(255);
        user.Property(u => u.FullName).HasMaxLength(User.MaxFullNameLength);
        user.Property(u => u.PhoneNumber).HasMaxLength(User.MaxPhoneLength);
        user.Property(u => u.ContactNumber).HasMaxLength(User.MaxPhoneLength);
        user.HasIndex(u => u.UsernameKey).IsUnique();
        user.HasIndex(u => u.EmailKey).IsUnique();
        user.HasIndex(u => u.PhoneNumber).IsUnique();
    }
}

internal sealed class RoleTable : IEntityTypeConfiguration<Role>
{
    public void Configure(EntityTypeBuilder<Role> role)
    {
        role.ToTable("roles");
        role.Property(r => r.Name).HasMaxLength(100);
        role.Property(r => r.Description).HasMaxLength(255);
        role.HasIndex(r => r.Name).IsUnique();
    }
}

internal sealed class UserRoleTable : IEntityTypeConfiguration<UserRole>
{
    public void Configure(EntityTypeBuilder<UserRole> held)
    {
        held.ToTable("user_roles");
        held.HasOne<User>().WithMany(u => u.Roles).HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        held.HasOne(r => r.Role).WithMany().HasForeignKey(r => r.RoleId).OnDelete(DeleteBehavior.Cascade);
        held.HasIndex(r => new { r.UserId, r.RoleId }).IsUnique();
        held.HasIndex(r => r.RoleId);
    }
}

internal sealed class SessionTable : IEntityTypeConfiguration<Session>
{
    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("sessions");
        session.Property(s => s.Id).HasValueGenerator<UnrepeatedId>();
        session.Property(s => s.DeviceInfo).HasMaxLength(Session.MaxDeviceLength);
        session.Property(s => s.IpAddress).HasMaxLength(50);
        session.HasOne(s => s.User).WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        session.Property(s => s.Surface).HasDefaultValue(Surface.Common);
        session.Property(s => s.DeviceKey).HasMaxLength(32);
        session.HasIndex(s => new { s.UserId, s.IsActive });
        session.HasIndex(s => new { s.UserId, s.DeviceKey });
    }
}

internal sealed class RefreshTokenTable : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> token)
    {
        token.ToTable("refresh_tokens");
        token.Property(t => t.TokenHash).HasMaxLength(255);
        token.HasOne(t => t.Session).WithMany().HasForeignKey(t => t.SessionId).OnDelete(DeleteBehavior.Cascade);
        token.HasIndex(t => t.TokenHash).IsUnique();
        token.HasIndex(t => t.SessionId);
        token.HasIndex(t => t.UserId);
    }
}

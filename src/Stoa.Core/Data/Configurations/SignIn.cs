using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;

namespace Stoa.Core.Data.Configurations;

internal sealed class ProfileTable : IEntityTypeConfiguration<Profile>
{
    public void Configure(EntityTypeBuilder<Profile> profile)
    {
        profile.ToTable("profiles");
        profile.HasKey(p => p.UserId);
        profile.Property(p => p.UserId).ValueGeneratedNever();
        profile.Property(p => p.FirstName).HasMaxLength(Profile.MaxNameLength);
        profile.Property(p => p.LastName).HasMaxLength(Profile.MaxNameLength);
        profile.Property(p => p.Location).HasMaxLength(Profile.MaxLocationLength);
        profile.Property(p => p.Website).HasMaxLength(Profile.MaxWebsiteLength);
        profile.Property(p => p.PreferredDifficulty).HasMaxLength(20);
        profile.Property(p => p.Timezone).HasMaxLength(Profile.MaxTimezoneLength);
        profile.HasOne<User>().WithOne(u => u.Profile).HasForeignKey<Profile>(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class LogInFailuresTable : IEntityTypeConfiguration<LogInFailures>
{
    public void Configure(EntityTypeBuilder<LogInFailures> failures)
    {
        failures.ToTable("log_in_failures");
        failures.Property(f => f.NameHash).HasMaxLength(64);
        failures.HasIndex(f => f.NameHash).IsUnique();
        failures.HasIndex(f => f.LastAt);
    }
}

internal sealed class AuthenticatorTable : IEntityTypeConfiguration<Authenticator>
{
    public void Configure(EntityTypeBuilder<Authenticator> authenticator)
    {
        authenticator.ToTable("authenticators");
        authenticator.HasKey(a => a.UserId);
        authenticator.Property(a => a.UserId).ValueGeneratedNever();
        authenticator.Property(a => a.SealedSecret).HasMaxLength(255);
        authenticator.HasOne<User>().WithOne().HasForeignKey<Authenticator>(a => a.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class RecoveryCodeTable : IEntityTypeConfiguration<RecoveryCode>
{
    public void Configure(EntityTypeBuilder<RecoveryCode> code)
    {
        code.ToTable("recovery_codes");
        code.Property(c => c.CodeHash).HasMaxLength(64);
        code.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        code.HasIndex(c => new { c.UserId, c.CodeHash }).IsUnique();
    }
}

internal sealed class InvitationTable : IEntityTypeConfiguration<Invitation>
{
    public void Configure(EntityTypeBuilder<Invitation> invitation)
    {
        invitation.ToTable("invitations");
        invitation.Property(i => i.CodeHash).HasMaxLength(64);
        invitation.Property(i => i.Note).HasMaxLength(Invitation.MaxNoteLength);
        invitation.HasIndex(i => i.CodeHash).IsUnique();
    }
}

internal sealed class PasskeyTable : IEntityTypeConfiguration<Passkey>
{
    public void Configure(EntityTypeBuilder<Passkey> passkey)
    {
        passkey.ToTable("passkeys");
        passkey.Property(p => p.CredentialId).HasMaxLength(Passkey.MaxCredentialBytes);
        passkey.Property(p => p.Name).HasMaxLength(Passkey.MaxNameLength);
        passkey.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Cascade);
        passkey.HasIndex(p => p.CredentialId).IsUnique();
        passkey.HasIndex(p => p.UserId);
    }
}

internal sealed class SignInChallengeTable : IEntityTypeConfiguration<SignInChallenge>
{
    public void Configure(EntityTypeBuilder<SignInChallenge> challenge)
    {
        challenge.ToTable("sign_in_challenges");
        challenge.Property(c => c.TokenHash).HasMaxLength(64);
        challenge.Property(c => c.Purpose).HasMaxLength(30);
        challenge.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        challenge.HasIndex(c => c.TokenHash).IsUnique();
        challenge.HasIndex(c => c.ExpiresAt);
        challenge.HasIndex(c => c.UserId);
    }
}

internal sealed class PhoneVerificationTable : IEntityTypeConfiguration<PhoneVerification>
{
    public void Configure(EntityTypeBuilder<PhoneVerification> verification)
    {
        verification.ToTable("phone_verifications");
        verification.HasKey(v => v.UserId);
        verification.Property(v => v.UserId).ValueGeneratedNever();
        verification.Property(v => v.Number).HasMaxLength(User.MaxPhoneLength);
        verification.Property(v => v.SentCodeHash).HasMaxLength(64);
        verification.Property(v => v.ShownCodeHash).HasMaxLength(64);
        verification.HasOne<User>().WithOne().HasForeignKey<PhoneVerification>(v => v.UserId).OnDelete(DeleteBehavior.Cascade);
        verification.HasIndex(v => v.Number);
        verification.HasIndex(v => v.ExpiresAt);
    }
}

internal sealed class EmailChangeTable : IEntityTypeConfiguration<EmailChange>
{
    public void Configure(EntityTypeBuilder<EmailChange> change)
    {
        change.ToTable("email_changes");
        change.Property(c => c.NewEmail).HasMaxLength(User.MaxEmailLength);
        change.Property(c => c.OldEmail).HasMaxLength(User.MaxEmailLength);
        change.Property(c => c.OldEmailKey).HasMaxLength(User.MaxEmailLength);
        change.Property(c => c.ProofHash).HasMaxLength(64);
        change.Property(c => c.UndoHash).HasMaxLength(64);
        change.HasOne(c => c.User).WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Cascade);
        change.HasIndex(c => c.UserId);
        change.HasIndex(c => c.OldEmailKey);
        change.HasIndex(c => c.ProofHash).IsUnique();
        change.HasIndex(c => c.UndoHash).IsUnique();
        change.HasIndex(c => c.ExpiresAt);
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;
using Stoa.Core.Mail;

namespace Stoa.Core.Data.Configurations;

internal sealed class MailTable : IEntityTypeConfiguration<MailMessage>
{
    public void Configure(EntityTypeBuilder<MailMessage> mail)
    {
        mail.ToTable("mail_messages");
        mail.Property(m => m.Kind).HasMaxLength(MailMessage.MaxKindLength);
        mail.Property(m => m.Address).HasMaxLength(User.MaxEmailLength);
        mail.Property(m => m.State).HasConversion<string>().HasMaxLength(20);
        mail.Property(m => m.LastError).HasMaxLength(MailMessage.MaxErrorLength);
        mail.HasOne<User>().WithMany().HasForeignKey(m => m.UserId).OnDelete(DeleteBehavior.Cascade);
        mail.HasIndex(m => new { m.State, m.DueAt });
        mail.HasIndex(m => new { m.State, m.DoneAt });
        mail.HasIndex(m => m.UserId);
    }
}

internal sealed class PasswordResetTable : IEntityTypeConfiguration<PasswordReset>
{
    public void Configure(EntityTypeBuilder<PasswordReset> reset) => MailedLinkTable.Configure(reset, "password_reset_tokens");
}

internal sealed class EmailVerificationTable : IEntityTypeConfiguration<EmailVerification>
{
    public void Configure(EntityTypeBuilder<EmailVerification> verification) => MailedLinkTable.Configure(verification, "email_verification_tokens");
}

internal static class MailedLinkTable
{
    public static void Configure<T>(EntityTypeBuilder<T> link, string table)
        where T : MailedLink
    {
        link.ToTable(table);
        link.Property(l => l.TokenHash).HasMaxLength(64);
        link.Property(l => l.Email).HasMaxLength(User.MaxEmailLength);
        link.HasOne(l => l.User).WithMany().HasForeignKey(l => l.UserId).OnDelete(DeleteBehavior.Cascade);
        link.HasIndex(l => l.TokenHash).IsUnique();
        link.HasIndex(l => new { l.UserId, l.Email });
        link.HasIndex(l => l.ExpiresAt);
    }
}

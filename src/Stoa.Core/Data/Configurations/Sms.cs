using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Sms;

namespace Stoa.Core.Data.Configurations;

internal sealed class ReceivedSmsTable : IEntityTypeConfiguration<ReceivedSms>
{
    public void Configure(EntityTypeBuilder<ReceivedSms> sms)
    {
        sms.ToTable("received_sms");
        sms.HasKey(s => s.Sid);
        sms.Property(s => s.Sid).HasMaxLength(ReceivedSms.MaxSidLength);
        sms.Property(s => s.From).HasColumnName("from_number").HasMaxLength(User.MaxPhoneLength);
        sms.Property(s => s.To).HasColumnName("to_number").HasMaxLength(User.MaxPhoneLength);
        sms.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        sms.HasIndex(s => s.UserId);
        sms.HasIndex(s => s.ReceivedAt);
    }
}

internal sealed class SmsMessageTable : IEntityTypeConfiguration<SmsMessage>
{
    public void Configure(EntityTypeBuilder<SmsMessage> sms)
    {
        sms.ToTable("sms_messages");
        sms.Property(s => s.From).HasColumnName("from_number").HasMaxLength(User.MaxPhoneLength);
        sms.Property(s => s.To).HasColumnName("to_number").HasMaxLength(User.MaxPhoneLength);
        sms.Property(s => s.State).HasConversion<string>().HasMaxLength(20);
        sms.Property(s => s.CarrierSid).HasMaxLength(64);
        sms.Property(s => s.SealedText).HasMaxLength(SmsMessage.MaxSealedLength);
        sms.Property(s => s.LastError).HasMaxLength(SmsMessage.MaxErrorLength);
        sms.HasOne<Message>().WithMany().HasForeignKey(s => s.MessageId).OnDelete(DeleteBehavior.Cascade);
        sms.HasOne<User>().WithMany().HasForeignKey(s => s.UserId).OnDelete(DeleteBehavior.Cascade);
        sms.HasIndex(s => new { s.MessageId, s.Part }).IsUnique();
        sms.HasIndex(s => new { s.State, s.DueAt });
        sms.HasIndex(s => new { s.State, s.DoneAt });
        sms.HasIndex(s => s.UserId);
    }
}

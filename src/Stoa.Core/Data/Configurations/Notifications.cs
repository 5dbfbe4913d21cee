using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;
using Stoa.Core.Notifications;

namespace Stoa.Core.Data.Configurations;

internal sealed class NotificationTable : IEntityTypeConfiguration<Notification>
{
    public void Configure(EntityTypeBuilder<Notification> notification)
    {
        notification.ToTable("notifications");
        notification.Property(n => n.Topic).HasMaxLength(Notification.MaxTopicLength);
        notification.Property(n => n.ReferenceType).HasMaxLength(50);
        notification.Property(n => n.DedupeKey).HasMaxLength(150);
        notification.HasOne<User>().WithMany().HasForeignKey(n => n.UserId).OnDelete(DeleteBehavior.Cascade);
        notification.HasOne<User>().WithMany().HasForeignKey(n => n.ActorId).OnDelete(DeleteBehavior.Restrict);
        notification.HasIndex(n => new { n.UserId, n.Id });
        notification.HasIndex(n => n.UserId).HasFilter("read_at IS NULL");
        notification.HasIndex(n => new { n.UserId, n.DedupeKey }).IsUnique().HasFilter("dedupe_key IS NOT NULL");
        notification.HasIndex(n => n.ActorId).HasFilter("actor_id IS NOT NULL");
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Outbox;

namespace Stoa.Core.Data.Configurations;

internal sealed class OutboxTable : IEntityTypeConfiguration<OutboxEvent>
{
    public void Configure(EntityTypeBuilder<OutboxEvent> row)
    {
        row.ToTable("outbox_events");
        row.Property(e => e.Type).HasMaxLength(100);
        row.Property(e => e.Owner).HasMaxLength(50);
        row.HasIndex(e => e.DueAt);
    }
}

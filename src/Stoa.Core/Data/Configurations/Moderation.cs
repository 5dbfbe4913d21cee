using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;
using Stoa.Core.Moderation;

namespace Stoa.Core.Data.Configurations;

internal sealed class AuditTable : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.ToTable("audit_entries");
        entry.Property(e => e.Action).HasMaxLength(100);
        entry.Property(e => e.TargetType).HasMaxLength(50);
        entry.HasOne<User>().WithMany().HasForeignKey(e => e.ActorId).OnDelete(DeleteBehavior.Restrict);
        entry.HasIndex(e => new { e.TargetType, e.TargetId });
        entry.HasIndex(e => e.ActorId);
    }
}

internal sealed class TicketTable : IEntityTypeConfiguration<Ticket>
{
    public void Configure(EntityTypeBuilder<Ticket> ticket)
    {
        ticket.ToTable("tickets");
        ticket.Property(t => t.Title).HasMaxLength(Ticket.MaxTitleLength);
        ticket.HasOne<User>().WithMany().HasForeignKey(t => t.ReporterId).OnDelete(DeleteBehavior.Restrict);
        ticket.HasOne<User>().WithMany().HasForeignKey(t => t.ResolvedBy).OnDelete(DeleteBehavior.Restrict);
        ticket.HasIndex(t => new { t.ReporterId, t.Id });
        ticket.HasIndex(t => new { t.Status, t.Id });
        ticket.HasIndex(t => t.ResolvedBy);
    }
}

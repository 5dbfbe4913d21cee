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

        // Each with the id, because the trail is read newest first and page by page.
        entry.HasIndex(e => new { e.TargetType, e.TargetId, e.Id });
        entry.HasIndex(e => new { e.ActorId, e.Id });
        entry.HasIndex(e => new { e.Action, e.Id });
    }
}

internal sealed class RestrictionTable : IEntityTypeConfiguration<Restriction>
{
    public void Configure(EntityTypeBuilder<Restriction> restriction)
    {
        restriction.ToTable("restrictions");
        restriction.Property(r => r.Reason).HasMaxLength(Restriction.MaxReasonLength);
        restriction.HasOne<User>().WithMany().HasForeignKey(r => r.UserId).OnDelete(DeleteBehavior.Cascade);
        restriction.HasOne<User>().WithMany().HasForeignKey(r => r.ImposedById).OnDelete(DeleteBehavior.Restrict);
        restriction.HasOne<User>().WithMany().HasForeignKey(r => r.LiftedById).OnDelete(DeleteBehavior.Restrict);
        restriction.HasIndex(r => new { r.UserId, r.Kind });
        restriction.HasIndex(r => r.ImposedById);
        restriction.HasIndex(r => r.LiftedById);
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

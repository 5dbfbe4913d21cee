using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Presence;

namespace Stoa.Core.Data.Configurations;

internal sealed class PresenceNodeTable : IEntityTypeConfiguration<PresenceNode>
{
    public void Configure(EntityTypeBuilder<PresenceNode> node)
    {
        node.ToTable("presence_nodes");
        node.HasIndex(n => n.LeaseUntil);
    }
}

internal sealed class OnlineUserTable : IEntityTypeConfiguration<OnlineUser>
{
    public void Configure(EntityTypeBuilder<OnlineUser> online)
    {
        online.ToTable("online_users");
        online.HasKey(o => new { o.UserId, o.NodeId });
        online.HasOne(o => o.Node).WithMany().HasForeignKey(o => o.NodeId).OnDelete(DeleteBehavior.Cascade);
        online.HasIndex(o => o.NodeId);
    }
}

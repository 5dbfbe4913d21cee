using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;

namespace Stoa.Core.Data.Configurations;

internal sealed class ConversationTable : IEntityTypeConfiguration<Conversation>
{
    public void Configure(EntityTypeBuilder<Conversation> conversation)
    {
        conversation.ToTable("conversations");
        conversation.Property(c => c.UniqueKey).HasMaxLength(255);
        conversation.Property(c => c.Alias).HasMaxLength(Conversation.MaxAliasLength);
        conversation.Property(c => c.ContextType).HasMaxLength(50);
        conversation.Property(c => c.ContextId).HasMaxLength(100);
        conversation.HasOne<User>().WithMany().HasForeignKey(c => c.CreatedBy).OnDelete(DeleteBehavior.Restrict);
        conversation.HasIndex(c => c.UniqueKey).IsUnique();
        conversation.HasIndex(c => c.Alias);
        conversation.HasIndex(c => new { c.ContextType, c.ContextId });
        conversation.HasIndex(c => c.CreatedBy);
    }
}

internal sealed class ParticipantTable : IEntityTypeConfiguration<Participant>
{
    public void Configure(EntityTypeBuilder<Participant> participant)
    {
        participant.ToTable("participants");
        participant.Property(p => p.Role).HasMaxLength(30);
        participant.HasOne(p => p.Conversation).WithMany(c => c.Participants).HasForeignKey(p => p.ConversationId).OnDelete(DeleteBehavior.Cascade);
        participant.HasOne<User>().WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Restrict);
        participant.HasIndex(p => new { p.ConversationId, p.UserId }).IsUnique();
        participant.HasIndex(p => new { p.UserId, p.ConversationId });
    }
}

/// <remarks>
/// Every insert pays for each index, and this is the table that grows. The order of creation is the order of <c>seq</c> within a
/// conversation and of <c>id</c> across them, so no index on a time is needed.
/// </remarks>
internal sealed class MessageTable : IEntityTypeConfiguration<Message>
{
    public void Configure(EntityTypeBuilder<Message> message)
    {
        message.ToTable("messages");
        message.Property(m => m.ClientMessageId).HasMaxLength(Message.MaxClientIdLength);
        message.HasOne<Conversation>().WithMany().HasForeignKey(m => m.ConversationId).OnDelete(DeleteBehavior.Restrict);
        message.HasOne<User>().WithMany().HasForeignKey(m => m.SenderId).OnDelete(DeleteBehavior.Restrict);
        message.HasOne<User>().WithMany().HasForeignKey(m => m.RecipientId).OnDelete(DeleteBehavior.Restrict);
        message.HasIndex(m => new { m.ConversationId, m.Seq }).IsUnique();
        message.HasIndex(m => new { m.SenderId, m.ClientMessageId }).IsUnique().HasFilter("client_message_id IS NOT NULL");
        message.HasIndex(m => new { m.SenderId, m.Id });
        message.HasIndex(m => new { m.RecipientId, m.Id });
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
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
        conversation.Property(c => c.Title).HasMaxLength(Conversation.MaxTitleLength);
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
        participant.HasOne(p => p.User).WithMany().HasForeignKey(p => p.UserId).OnDelete(DeleteBehavior.Restrict);
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
        message.Property(m => m.Attachments).HasConversion<AttachmentsConverter>(
            new ValueComparer<IReadOnlyList<Attachment>?>((one, other) => ReferenceEquals(one, other), list => list == null ? 0 : list.Count, list => list));
        message.HasOne<User>().WithMany().HasForeignKey(m => m.AuthorId).OnDelete(DeleteBehavior.Restrict);
        message.Property(m => m.ClientMessageId).HasMaxLength(Message.MaxClientIdLength);
        message.HasOne<Conversation>().WithMany().HasForeignKey(m => m.ConversationId).OnDelete(DeleteBehavior.Restrict);
        message.HasOne<User>().WithMany().HasForeignKey(m => m.SenderId).OnDelete(DeleteBehavior.Restrict);
        message.HasOne<User>().WithMany().HasForeignKey(m => m.RecipientId).OnDelete(DeleteBehavior.Restrict);
        message.HasIndex(m => new { m.ConversationId, m.Seq }).IsUnique();
        message.HasIndex(m => new { m.SenderId, m.ClientMessageId }).IsUnique().HasFilter("client_message_id IS NOT NULL");
        message.HasIndex(m => new { m.SenderId, m.Id });
        message.HasIndex(m => new { m.RecipientId, m.Id });

        // Few of many, so these cost the others nothing: what administrators wrote for the desk, and what moderators look through.
        message.HasIndex(m => m.AuthorId).HasFilter("author_id IS NOT NULL");
        message.HasIndex(m => m.Id).HasFilter("is_redacted");
    }

    /// <summary>Attachments as JSON; NULL for none.</summary>
    internal sealed class AttachmentsConverter() : ValueConverter<IReadOnlyList<Attachment>?, string?>(
        list => Attachment.Write(list), json => Attachment.Read(json));
}

internal sealed class MessageOriginalTable : IEntityTypeConfiguration<MessageOriginal>
{
    public void Configure(EntityTypeBuilder<MessageOriginal> original)
    {
        original.ToTable("message_originals");
        original.HasKey(o => o.MessageId);
        original.Property(o => o.MessageId).ValueGeneratedNever();
        original.Property(o => o.Attachments).HasConversion<MessageTable.AttachmentsConverter>(
            new ValueComparer<IReadOnlyList<Attachment>?>((one, other) => ReferenceEquals(one, other), list => list == null ? 0 : list.Count, list => list));
        original.HasOne<Message>().WithOne().HasForeignKey<MessageOriginal>(o => o.MessageId).OnDelete(DeleteBehavior.Cascade);
        original.HasIndex(o => o.KeepUntil);
    }
}

internal sealed class ConsultationTable : IEntityTypeConfiguration<Consultation>
{
    public void Configure(EntityTypeBuilder<Consultation> consultation)
    {
        consultation.ToTable("consultations");
        consultation.Property(c => c.OpenKey).HasMaxLength(50);
        consultation.HasOne<User>().WithMany().HasForeignKey(c => c.UserId).OnDelete(DeleteBehavior.Restrict);
        consultation.HasOne<User>().WithMany().HasForeignKey(c => c.AstrologerId).OnDelete(DeleteBehavior.Restrict);
        consultation.HasIndex(c => c.OpenKey).IsUnique();
        consultation.HasIndex(c => new { c.UserId, c.AstrologerId });
        consultation.HasIndex(c => new { c.AstrologerId, c.Id });
    }
}

internal sealed class UploadTable : IEntityTypeConfiguration<Upload>
{
    public void Configure(EntityTypeBuilder<Upload> upload)
    {
        upload.ToTable("uploads");
        upload.Property(u => u.Id).HasValueGenerator<UnrepeatedId>();
        upload.Property(u => u.Name).HasMaxLength(Attachment.MaxNameLength);
        upload.Property(u => u.Mime).HasMaxLength(Attachment.MaxMimeLength);
        upload.Property(u => u.StorageKey).HasMaxLength(64);
        upload.Property(u => u.Sha256).HasMaxLength(64);
        upload.HasOne<User>().WithMany().HasForeignKey(u => u.OwnerId).OnDelete(DeleteBehavior.Restrict);
        upload.HasOne<Conversation>().WithMany().HasForeignKey(u => u.ConversationId).OnDelete(DeleteBehavior.Restrict);
        upload.HasIndex(u => u.StorageKey).IsUnique();
        upload.HasIndex(u => new { u.ConversationId, u.MessageSeq });
        upload.HasIndex(u => new { u.OwnerId, u.Id });

        // How much somebody stores is summed up for every file, from the index alone.
        upload.HasIndex(u => new { u.OwnerId, u.ErasedAt, u.Size });

        // What the sweep looks for, and only that.
        upload.HasIndex(u => u.CreatedAt).HasFilter("message_seq IS NULL");
        upload.HasIndex(u => u.ErasedAt).HasFilter("erased_at IS NOT NULL");
    }
}

internal sealed class MessagingSettingsTable : IEntityTypeConfiguration<MessagingSettingsRow>
{
    public void Configure(EntityTypeBuilder<MessagingSettingsRow> row)
    {
        row.ToTable("messaging_settings");
        row.Property(r => r.Id).ValueGeneratedNever();
        row.Property(r => r.Version).IsConcurrencyToken();
        row.HasOne<User>().WithMany().HasForeignKey(r => r.UpdatedBy).OnDelete(DeleteBehavior.Restrict);
        row.HasIndex(r => r.UpdatedBy);
    }
}

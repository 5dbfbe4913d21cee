using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Stoa.Core.Accounts;
using Stoa.Core.Conversations;
using Stoa.Core.Mail;
using Stoa.Core.Moderation;
using Stoa.Core.Notifications;
using Stoa.Core.Outbox;
using Stoa.Core.Presence;
using Stoa.Core.Sms;

namespace Stoa.Core.Data;

/// <summary>The record. Operations use it directly; what differs between the databases stands in the two derived contexts.</summary>
public abstract class StoaDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<User> Users => Set<User>();

    public DbSet<Role> Roles => Set<Role>();

    public DbSet<UserRole> UserRoles => Set<UserRole>();

    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    public DbSet<Profile> Profiles => Set<Profile>();

    public DbSet<LogInFailures> LogInFailures => Set<LogInFailures>();

    public DbSet<Authenticator> Authenticators => Set<Authenticator>();

    public DbSet<RecoveryCode> RecoveryCodes => Set<RecoveryCode>();

    public DbSet<Passkey> Passkeys => Set<Passkey>();

    public DbSet<SignInChallenge> SignInChallenges => Set<SignInChallenge>();

    public DbSet<Restriction> Restrictions => Set<Restriction>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<PasswordReset> PasswordResets => Set<PasswordReset>();

    public DbSet<EmailVerification> EmailVerifications => Set<EmailVerification>();

    public DbSet<EmailChange> EmailChanges => Set<EmailChange>();

    public DbSet<PhoneVerification> PhoneVerifications => Set<PhoneVerification>();

    public DbSet<Conversation> Conversations => Set<Conversation>();

    public DbSet<Participant> Participants => Set<Participant>();

    public DbSet<Message> Messages => Set<Message>();

    public DbSet<MessageOriginal> MessageOriginals => Set<MessageOriginal>();

    public DbSet<Consultation> Consultations => Set<Consultation>();

    public DbSet<Upload> Uploads => Set<Upload>();

    public DbSet<Notification> Notifications => Set<Notification>();

    public DbSet<Ticket> Tickets => Set<Ticket>();

    public DbSet<OutboxEvent> Outbox => Set<OutboxEvent>();

    public DbSet<MailMessage> Mails => Set<MailMessage>();

    public DbSet<ReceivedSms> ReceivedSms => Set<ReceivedSms>();

    public DbSet<SmsMessage> SmsMessages => Set<SmsMessage>();

    public DbSet<MessagingSettingsRow> MessagingSettings => Set<MessagingSettingsRow>();

    public DbSet<AuditEntry> Audit => Set<AuditEntry>();

    public DbSet<PresenceNode> PresenceNodes => Set<PresenceNode>();

    public DbSet<OnlineUser> OnlineUsers => Set<OnlineUser>();

    /// <summary>Called whenever the pool gives the context out.</summary>
    internal virtual void OnHandedOut()
    {
    }

    /// <summary>Runs writing work in one transaction; bulk updates and deletes go through here too. Nested calls join the outer one.</summary>
    /// <remarks>Commits when <paramref name="work"/> returns, rolls back when it throws.</remarks>
    public virtual async Task<T> WriteAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (Database.CurrentTransaction is not null)
            return await work();

        await using IDbContextTransaction transaction = await Database.BeginTransactionAsync(cancellation);
        var result = await work();
        await transaction.CommitAsync(cancellation);
        return result;
    }

    /// <summary>Until the end of the running transaction nobody else, on any node, is past this call with the same topic.</summary>
    /// <remarks>For rules over several rows that no unique key can hold ("one superuser must remain"). Call within <see cref="WriteAsync"/>.</remarks>
    public abstract Task SerializeAsync(string topic, CancellationToken cancellation);

    /// <summary>True when saving failed because a unique key was there already: somebody else was first.</summary>
    public abstract bool IsUniqueViolation(DbUpdateException exception);

    /// <summary>Accounts whose name or address has letters beyond ASCII. One pass over all accounts.</summary>
    internal abstract IQueryable<User> BeyondAscii();

    /// <summary>The start of the database's clock-independent identity: "sqlite" or "postgresql".</summary>
    public abstract string Product { get; }

    public sealed override int SaveChanges(bool acceptAllChangesOnSuccess) =>
        throw new NotSupportedException("Use SaveChangesAsync: the write gate is awaited.");

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(StoaDb).Assembly);
        SnakeCaseNames.Apply(modelBuilder);
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        // Kinds and states are readable in the table, whatever happens to the order of the enum.
        configurationBuilder.Properties<ConversationKind>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<PartyType>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<Surface>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<RestrictionKind>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<ConsultationState>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<TicketStatus>().HaveConversion<string>().HaveMaxLength(20);
        configurationBuilder.Properties<MessageType>().HaveConversion<string>().HaveMaxLength(20);
    }
}

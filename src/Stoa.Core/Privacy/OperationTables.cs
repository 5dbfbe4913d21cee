using Stoa.Core.Mail;
using Stoa.Core.Moderation;
using Stoa.Core.Outbox;

namespace Stoa.Core.Privacy;

/// <summary>What operating the server leaves behind.</summary>
internal static class OperationTables
{
    public static readonly MarkedTable[] All =
    [
        new MarkedTable(typeof(MailMessage), nameof(MailMessage.UserId), OnErasure.Delete, "`Mail:KeepFor`")
            .Holds("e-mail address and what the letter says", "sending it", nameof(MailMessage.Address), nameof(MailMessage.Content))
            .Plain(
                nameof(MailMessage.Id), nameof(MailMessage.UserId), nameof(MailMessage.Kind), nameof(MailMessage.State), nameof(MailMessage.Attempts), nameof(MailMessage.LastError),
                nameof(MailMessage.DueAt), nameof(MailMessage.DoneAt), nameof(MailMessage.ExpiresAt), nameof(MailMessage.CreatedAt)),
        new MarkedTable(typeof(Ticket), nameof(Ticket.ReporterId), OnErasure.Empty, "until the account is erased")
            .Holds("what somebody reported", "answering it", nameof(Ticket.Title), nameof(Ticket.Content), nameof(Ticket.Comment))
            .Plain(
                nameof(Ticket.Id), nameof(Ticket.ReporterId), nameof(Ticket.Status), nameof(Ticket.ResolvedBy), nameof(Ticket.ResolvedAt), nameof(Ticket.CreatedAt),
                nameof(Ticket.UpdatedAt)),
        new MarkedTable(typeof(Restriction), nameof(Restriction.UserId), OnErasure.Empty, "until the account is erased")
            .Holds("why somebody was restricted", "telling them, deciding the next time", nameof(Restriction.Reason))
            .Plain(
                nameof(Restriction.Id), nameof(Restriction.UserId), nameof(Restriction.Kind), nameof(Restriction.ImposedById), nameof(Restriction.ImposedAt), nameof(Restriction.Until),
                nameof(Restriction.LiftedById), nameof(Restriction.LiftedAt)),
        new MarkedTable(typeof(AuditEntry), nameof(AuditEntry.ActorId), OnErasure.Keep, "`Privacy:KeepAudit`")
            .Holds("who did what to whom", "answering for power over others; names no texts of people", nameof(AuditEntry.Action), nameof(AuditEntry.Before), nameof(AuditEntry.After), nameof(AuditEntry.At))
            .Plain(nameof(AuditEntry.Id), nameof(AuditEntry.ActorId), nameof(AuditEntry.TargetType), nameof(AuditEntry.TargetId)),
        new MarkedTable(typeof(OutboxEvent), null, OnErasure.Keep, "seconds, until what follows a commit is done")
            .Plain(
                nameof(OutboxEvent.Id), nameof(OutboxEvent.Type), nameof(OutboxEvent.Payload), nameof(OutboxEvent.Owner), nameof(OutboxEvent.Attempts), nameof(OutboxEvent.DueAt),
                nameof(OutboxEvent.CreatedAt)),
    ];
}

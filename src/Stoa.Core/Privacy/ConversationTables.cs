using Stoa.Core.Conversations;
using Stoa.Core.Sms;

namespace Stoa.Core.Privacy;

/// <summary>What people say to each other. It is the others' too: erasing an account leaves conversations readable, with a sender who has no name.</summary>
internal static class ConversationTables
{
    private const string OthersToo = "conversations stay readable for the others";

    public static readonly MarkedTable[] All =
    [
        new MarkedTable(typeof(Message), nameof(Message.SenderId), OnErasure.Keep, "until it is deleted for both sides")
            .Holds("what somebody wrote or sent", OthersToo, nameof(Message.Body), nameof(Message.Attachments))
            .Holds("who wrote to whom, when, and when it was read", OthersToo, nameof(Message.RecipientId), nameof(Message.AuthorId), nameof(Message.SentAt), nameof(Message.ReadAt))
            .Plain(
                nameof(Message.Id), nameof(Message.ConversationId), nameof(Message.Seq), nameof(Message.SenderId), nameof(Message.Type), nameof(Message.ReplyToId),
                nameof(Message.ClientMessageId), nameof(Message.ContentDigest), nameof(Message.EditedAt), nameof(Message.ErasedAt), nameof(Message.HiddenFromRecipient), nameof(Message.HiddenFromSender),
                nameof(Message.IsRedacted)),
        new MarkedTable(typeof(MessageOriginal), nameof(Message.SenderId), OnErasure.Delete, "`Redaction:KeepOriginals`") { Through = (nameof(MessageOriginal.MessageId), typeof(Message)) }
            .Holds("text before redaction", "review by moderators", nameof(MessageOriginal.Body), nameof(MessageOriginal.Attachments), nameof(MessageOriginal.Hits))
            .Plain(nameof(MessageOriginal.MessageId), nameof(MessageOriginal.KeepUntil)),
        new MarkedTable(typeof(Conversation), nameof(Conversation.CreatedBy), OnErasure.Keep, "as long as somebody takes part")
            .Holds("title and subject", OthersToo, nameof(Conversation.Title), nameof(Conversation.ContextType), nameof(Conversation.ContextId), nameof(Conversation.Alias))
            .Plain(
                nameof(Conversation.Id), nameof(Conversation.Kind), nameof(Conversation.CreatedBy), nameof(Conversation.IsPair), nameof(Conversation.LastSeq),
                nameof(Conversation.LastMessageAt), nameof(Conversation.UniqueKey), nameof(Conversation.ClosedAt), nameof(Conversation.CreatedAt), nameof(Conversation.UpdatedAt)),
        new MarkedTable(typeof(Participant), nameof(Participant.UserId), OnErasure.Keep, "as the conversation")
            .Holds("what somebody has read and when", "read marks that the others see", nameof(Participant.LastReadAt), nameof(Participant.LastReadSeq), nameof(Participant.LastDeliveredSeq))
            .Plain(
                nameof(Participant.Id), nameof(Participant.UserId), nameof(Participant.ConversationId), nameof(Participant.Role), nameof(Participant.Type),
                nameof(Participant.JoinedAt), nameof(Participant.LeftAt), nameof(Participant.UnreadCount)),
        new MarkedTable(typeof(Consultation), nameof(Consultation.UserId), OnErasure.Keep, "as long as both accounts")
            .Holds("who consulted whom", "the right to write, the other side's record", nameof(Consultation.AstrologerId), nameof(Consultation.State))
            .Plain(nameof(Consultation.Id), nameof(Consultation.UserId), nameof(Consultation.OpenKey), nameof(Consultation.CreatedAt), nameof(Consultation.UpdatedAt)),
        new MarkedTable(typeof(Upload), nameof(Upload.OwnerId), OnErasure.Keep, "as its message; without one `Files:KeepWaiting`")
            .Holds("file somebody sent", OthersToo, nameof(Upload.Name), nameof(Upload.Sha256))
            .Plain(
                nameof(Upload.Id), nameof(Upload.OwnerId), nameof(Upload.ConversationId), nameof(Upload.MessageSeq), nameof(Upload.Mime), nameof(Upload.Size),
                nameof(Upload.StorageKey), nameof(Upload.CreatedAt), nameof(Upload.ErasedAt)),
        new MarkedTable(typeof(ReceivedSms), nameof(ReceivedSms.UserId), OnErasure.Delete, "`Privacy:KeepSms`")
            .Holds("telephone number", "taking each SMS once", nameof(ReceivedSms.From), nameof(ReceivedSms.To))
            .Plain(nameof(ReceivedSms.Sid), nameof(ReceivedSms.UserId), nameof(ReceivedSms.ReceivedAt)),
        new MarkedTable(typeof(SmsMessage), nameof(SmsMessage.UserId), OnErasure.Delete, "`Sms:KeepFor`")
            .Holds("telephone number", "sending it", nameof(SmsMessage.To), nameof(SmsMessage.From))
            .Seals("text of a code", "sending it; sealed", nameof(SmsMessage.SealedText))
            .Plain(
                nameof(SmsMessage.Id), nameof(SmsMessage.UserId), nameof(SmsMessage.MessageId), nameof(SmsMessage.Part), nameof(SmsMessage.CarrierSid), nameof(SmsMessage.State),
                nameof(SmsMessage.Attempts), nameof(SmsMessage.LastError), nameof(SmsMessage.DueAt), nameof(SmsMessage.DoneAt), nameof(SmsMessage.ExpiresAt), nameof(SmsMessage.CreatedAt)),
        new MarkedTable(typeof(MessagingSettingsRow), null, OnErasure.Keep, "always")
            .Plain(
                nameof(MessagingSettingsRow.Id), nameof(MessagingSettingsRow.Content), nameof(MessagingSettingsRow.Version), nameof(MessagingSettingsRow.UpdatedAt),
                nameof(MessagingSettingsRow.UpdatedBy)),
    ];
}

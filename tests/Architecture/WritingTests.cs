using Architecture.Fixtures;
using Architecture.Rules;
using Xunit;

namespace Architecture;

public sealed class WritingTests
{
    private static readonly Dictionary<string, string> NoneAllowed = [];

    // What shows something without the gate, and why.
    private static readonly Dictionary<string, string> WithoutGate = new(StringComparer.Ordinal)
    {
        ["Stoa.Server.Messaging.OpenSupportInbox"] = "an inbox without a message says nothing, and everybody has one",
    };

    private static readonly Dictionary<string, string> None = [];

    [Fact]
    public void Whatever_others_read_has_passed_the_gate() =>
        Assert.Empty(WritingWalls.WithoutPermit(Built.TypesOf(Built.Server), WithoutGate));

    [Fact]
    public void An_exemption_is_for_something_that_needs_it() =>
        Assert.Equal(WithoutGate.Keys, WritingWalls.WithoutPermit(Built.TypesOf(Built.Server),
            None).Select(static f => f.Split(' ')[0]).Distinct());

    [Fact]
    public void Who_goes_round_the_gate_is_reported()
    {
        Assert.Equal(
            ["Architecture.Fixtures.OpensPastTheGate calls Stoa.Core.Conversations.Conversation::Group",
                "Architecture.Fixtures.OpensPastTheGate calls Stoa.Core.Conversations.MessageLog::Append"],
            WritingWalls.WithoutPermit(Built.Fixture<OpensPastTheGate>(), NoneAllowed));
        Assert.Empty(WritingWalls.WithoutPermit(Built.Fixture<OpensWithPermit>(), NoneAllowed));
    }

    [Fact]
    public void Permits_come_from_the_gate_and_redacted_words_from_redaction() =>
        Assert.Empty(WritingWalls.Forged(Built.TypesOf(Built.Server)));

    [Fact]
    public void Who_gives_himself_a_permit_is_reported() =>
        Assert.Equal(["Architecture.Fixtures.GivesItselfPermits gives permits"], WritingWalls.Forged(Built.Fixture<GivesItselfPermits>()));

    // What clients send; nobody but the server reads it.
    private static readonly HashSet<string> Asked =
    [
        "PostCommunication", "OneConversation", "SendDirect", "MarkMessagesRead", "MessagesHandedOver", "ReadHistory", "PostDirectMessage",
            "DirectAttachmentBody",
        "OpenConversationBody", "PostMessage", "EditBody", "PutMessagingSettings", "OpenThreadBody", "ThreadMember", "PostThreadMessage",
            "AttachmentBody", "SmsDelivery",
        "ConversationRef",
    ];

    // Looked at for contact details where the policy says so, and by what.
    private static readonly Dictionary<string, string[]> Scanned = new(StringComparer.Ordinal)
    {
        ["Redaction, with the lines around it"] =
        [
            "DirectMessage.Content", "ThreadMessage.Body", "MailboxMessage.Content", "LastMessageView.Content",
                "ConversationView.LastMessagePreview", "MailboxConversation.LastMessage",
            "CommunicationItem.Preview", "NewMessagePreview.Preview", "NewMessagePreview.Content",
        ],
        ["AttachmentRedaction"] =
        [
            "DirectMessage.MediaUrl", "DirectMessage.ThumbnailUrl", "DirectAttachment.Url", "DirectAttachment.Mime",
                "DirectAttachment.Name", "DirectAttachment.ThumbnailUrl",
            "AttachmentView.Url", "AttachmentView.Mime", "AttachmentView.Name", "AttachmentView.ThumbnailUrl",
        ],
        ["MessagingPolicy.ShownName"] =
        [
            "DirectMessage.SenderName", "ThreadMessage.SenderName", "NewMessagePreview.SenderName", "PartyView.Name",
                "ThreadParticipant.Name", "MailboxConversation.OtherUserName",
            "CommunicationItem.ContactName", "Typing.UserName", "ConsultationView.UserName", "ConsultationView.AstrologerName",
        ],
        ["NewMessageNotice, which is made of redacted words and shown names"] = ["NotificationView.Payload", "NotificationView.Title",
            "NotificationView.Message"],
        ["Redaction.Apply, when it is opened"] = ["ConversationView.Title"],
        ["OpenThread, which refuses one that gives a contact away"] = ["ThreadView.ContextId", "ConversationView.ContextId",
            "ReviewedThread.ContextId"],
        ["DirectMessage.Of, which shows it to its sender alone"] = ["DirectMessage.ClientMessageId"],
    };

    // Never looked at, and why.
    private static readonly Dictionary<string, string[]> Unscanned = new(StringComparer.Ordinal)
    {
        ["a word of a list"] =
        [
            "DirectMessage.SenderType", "DirectMessage.RecipientType", "DirectMessage.MessageType", "DirectMessage.Status",
                "NewMessagePreview.SenderType", "NewMessagePreview.MessageType", "NewMessagePreview.RecipientType", "NewMessagePreview.Status",
            "PartyView.Type", "LastMessageView.MessageType", "ConversationView.ConversationType", "CommunicationItem.Type",
                "CommunicationItem.ContactType", "CommunicationItem.Status",
            "ThreadParticipant.Role", "Typing.UserType", "ConsultationView.Status", "NotificationView.Topic", "UserPresence.Status",
                "ConnectedUser.Role",
            "ThreadView.ContextType", "ConversationView.ContextType", "ReviewedThread.ContextType",
        ],
        ["an id, made by the server"] =
        [
            "DirectMessage.ConversationId", "DirectMessage.SenderId", "DirectMessage.RecipientId", "NewMessagePreview.ConversationId",
                "NewMessagePreview.SenderId", "NewMessagePreview.RecipientId", "MessageDeletedView.ConversationId", "SocketStats.SocketId",
            "MessagesReadView.ConversationId", "MessagesReadView.ReadBy", "MessagesDeliveredView.ConversationId",
                "MessagesDeliveredView.DeliveredTo", "PartyView.Id", "LastMessageView.SenderId",
            "ConversationView.MongoId", "ConversationView.Id", "HistoryPage.ConversationId", "ConversationJoined.ConversationId",
                "Typing.ConversationId", "Typing.UserId",
            "CommunicationItem.ContactId", "CommunicationItem.ConversationId", "NotificationView.ActionUrl", "Connected.SocketId", "Happening.Key",
        ],
        ["a name that the two gave their own conversation; threads and groups have none"] = ["MailboxMessage.ConversationId",
            "MailboxConversation.ConversationId", "ConversationView.Alias"],
        ["the server's own sentence"] =
        [
            "Envelope`1.Message", "NotificationDone.Message", "PeopleFound.Message", "Connected.Message", "EventAnswer.Code",
                "EventAnswer.Error", "EventAnswer.Message", "EventError.Code",
            "EventError.Error", "EventError.Message", "EventError.Event", "SocketRefusal.Code", "SocketRefusal.Error",
                "SocketRefusal.Message", "SmsSaved.Status", "SmsOfNobody.Status", "SmsProved.Status",
        ],
        ["the reader's own"] = ["ConnectedUser.Name", "PeopleFound.Query", "EventAnswer.Data", "UploadTaken.Url", "UploadTaken.Name",
            "UploadTaken.Mime", "UploadForm.Files", "SmsOfNobody.From"],
        ["never written yet"] = ["DirectMessage.SenderAvatar", "NewMessagePreview.SenderAvatar", "CommunicationItem.Avatar", "CommunicationItem.Duration"],
        ["a profile, which people look up and which belongs to no conversation"] = ["Person.Username", "Person.FullName"],
        ["for administrators, who judge what was written"] =
        [
            "ReviewedMessage.SenderName", "ReviewedMessage.SenderEmail", "ReviewedMessage.Body", "ReviewedMessage.Content",
                "ReviewedMessage.Original", "ReviewedMessage.Hits",
            "MessagingSettingsView.Redaction", "MessagingSettingsView.AllowedHosts",
        ],
    };

    [Fact]
    public void Every_text_that_people_read_is_looked_at_or_has_a_reason_not_to_be()
    {
        var shown = ShownTexts.Of(Wire()).Where(static t => !Asked.Contains(t.Split('.')[0])).Order(StringComparer.Ordinal).ToList();
        var known = Scanned.Concat(Unscanned).SelectMany(static l => l.Value).ToList();

        Assert.Empty(shown.Except(known));
        Assert.Empty(known.Except(shown));
        Assert.Equal(known.Count, known.Distinct().Count());
    }

    [Fact]
    public void A_new_text_is_reported() =>
        Assert.Equal(["SaysSomething.Words", "SaysSomething.More"], ShownTexts.Of(Built.Fixture<SaysSomething>()));

    private static IEnumerable<Mono.Cecil.TypeDefinition> Wire() =>
        Built.TypesOf(Built.Server).Where(static t => t.IsPublic && Built.NamespaceOf(t) is
        "Stoa.Server.Messaging.Doors" or "Stoa.Server.Notifications.Doors" or "Stoa.Server.Discovery.Doors" or "Stoa.Server.Realtime" or "Stoa.Server.Realtime.Presence");
}

using System.Text.Json.Serialization;
using Stoa.Core.Outbox;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Doors;
using Stoa.Server.Messaging.Sms;
using Stoa.Server.Messaging.Uploads;
using Stoa.Server.Realtime;

namespace Stoa.Server.Messaging;

/// <summary>Conversations and messages, through every door.</summary>
public static class MessagingModule
{
    public static IServiceCollection AddMessagingModule(this IServiceCollection services, StoaSettings settings)
    {
        services.AddSingleton<PolicyInForce>();
        services.AddScoped<ChangeMessagingSettings>();
        services.AddHostedService<ForgetOriginals>();
        services.AddHostedService<ForgetUploads>();
        services.AddSingleton<FileLinks>();
        services.AddScoped<ReceiveUploads>();
        services.AddScoped<FetchFile>();
        services.AddScoped<DropUpload>();
        services.AddSingleton<ConversationCards>();
        services.AddScoped<OwnMessage>();
        services.AddScoped<AttachedUploads>();
        services.AddWritingGate();
        services.AddScoped<SendMessage>();
        services.AddScoped<SendDirectMessage>();
        services.AddScoped<OpenThread>();
        services.AddScoped<OpenGroup>();
        services.AddScoped<RequestConsultation>();
        services.AddScoped<DecideConsultation>();
        services.AddScoped<ListConsultations>();
        services.AddScoped<OpenSupportInbox>();
        services.AddScoped<ResolveConversation>();
        services.AddScoped<IRoomRule, ConversationRoom>();
        services.AddScoped<SearchMessages>();
        services.AddSingleton<SearchIndex>();
        services.AddHostedService(static p => p.GetRequiredService<SearchIndex>());
        services.AddSingleton<DeliveryReceipts>();
        services.AddHostedService(static p => p.GetRequiredService<DeliveryReceipts>());
        services.AddScoped<ThreadAccess>();
        services.AddScoped<ReviewMessages>();
        services.AddScoped<ListAllThreads>();
        services.AddScoped<FollowConversation>();
        services.AddScoped<StreamConversation>();
        services.AddScoped<AskHistory>();
        services.AddSingleton<NewMessages>();
        services.AddScoped<FindConversation>();
        services.AddScoped<ReadMessages>();
        services.AddScoped<ListConversations>();
        services.AddScoped<ListMailbox>();
        services.AddScoped<ReadMessage>();
        services.AddScoped<EditMessage>();
        services.AddScoped<DeleteMessage>();
        services.AddScoped<MarkRead>();
        services.AddScoped<MarkMessageRead>();
        services.AddScoped<MarkAllRead>();
        services.AddScoped<CountUnread>();
        services.AddScoped<WriteToContact>();

        // The log line comes first: what is announced is on file.
        services.AddScoped<IOutboxSubscriber<MessagesAppended>, JournalMessages>();
        services.AddScoped<AnnounceMessages>();
        services.AddScoped<IOutboxSubscriber<MessagesAppended>>(static p => p.GetRequiredService<AnnounceMessages>());
        services.AddScoped<IRetold, RetellMessages>();
        services.AddSingleton<IOutboxSubscriber<MessagesAppended>>(static p => p.GetRequiredService<NewMessages>());
        services.AddScoped<IOutboxSubscriber<MessagesRead>, AnnounceReads>();
        services.AddScoped<IOutboxSubscriber<MessageEdited>, AnnounceChanges>();
        services.AddScoped<IOutboxSubscriber<MessageErased>, AnnounceChanges>();
        return services.AddSms(settings);
    }

    /// <summary>What stands before everything that others read.</summary>
    private static void AddWritingGate(this IServiceCollection services)
    {
        services.AddScoped<WhoMayWrite>();
        services.AddSingleton<MessageRate>();
        services.AddScoped<WritingGate>();
        services.AddScoped<OwnLines>();
        services.AddScoped<TextFiles>();
        services.AddScoped<AttachmentRedaction>();
        services.AddScoped<Redaction>();
        services.AddScoped<SayTyping>();
    }

    /// <summary>Routes that answer at the root and under /api.</summary>
    public static void MapMessaging(this IEndpointRouteBuilder routes)
    {
        routes.MapMailbox();
        routes.MapMailboxConversations();
        routes.MapTwilioWebhook();
    }
}

[JsonSerializable(typeof(SmsDelivery))]
[JsonSerializable(typeof(SmsSaved))]
[JsonSerializable(typeof(SmsProved))]
[JsonSerializable(typeof(SmsOfNobody))]
[JsonSerializable(typeof(PostMessage))]
[JsonSerializable(typeof(EditBody))]
[JsonSerializable(typeof(UnreadCount))]
[JsonSerializable(typeof(MailboxMessage))]
[JsonSerializable(typeof(List<MailboxMessage>))]
[JsonSerializable(typeof(List<MailboxConversation>))]
public sealed partial class MailboxJson : JsonSerializerContext;

[JsonSerializable(typeof(PostDirectMessage))]
[JsonSerializable(typeof(DirectMessage))]
[JsonSerializable(typeof(OneConversation))]
[JsonSerializable(typeof(SendDirect))]
[JsonSerializable(typeof(MarkMessagesRead))]
[JsonSerializable(typeof(MessagesHandedOver))]
[JsonSerializable(typeof(ReadHistory))]
[JsonSerializable(typeof(HistoryPage))]
[JsonSerializable(typeof(MessagesDeliveredView))]
[JsonSerializable(typeof(OpenConversationBody))]
[JsonSerializable(typeof(AskConsultation))]
[JsonSerializable(typeof(Envelope<MessagesFound>))]
[JsonSerializable(typeof(Envelope<ConsultationView>))]
[JsonSerializable(typeof(Envelope<ConsultationPage>))]
[JsonSerializable(typeof(Envelope<MarkedRead>))]
[JsonSerializable(typeof(ConversationJoined))]
[JsonSerializable(typeof(Typing))]
[JsonSerializable(typeof(MarkedRead))]
[JsonSerializable(typeof(NewMessagePreview))]
[JsonSerializable(typeof(MessagesReadView))]
[JsonSerializable(typeof(MessageDeletedView))]
[JsonSerializable(typeof(Envelope<DirectMessage>))]
[JsonSerializable(typeof(Envelope<MessagePage>))]
[JsonSerializable(typeof(Envelope<ConversationPage>))]
[JsonSerializable(typeof(Envelope<ConversationView>))]
public sealed partial class DirectJson : JsonSerializerContext;

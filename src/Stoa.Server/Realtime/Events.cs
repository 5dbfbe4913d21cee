namespace Stoa.Server.Realtime;

/// <summary>The event catalogue: every name on the wire, its direction and its payload. docs/realtime.md is written from it.</summary>
public static class Events
{
    /// <summary>From server to server, never to a client: ids of sessions that have ended, to be forgotten at once.</summary>
    public const string SessionsEnded = "sessions:ended";

    /// <summary>From server to server, never to a client: ids of accounts whose rights changed, to be asked for again.</summary>
    public const string RightsChanged = "rights:changed";

    /// <summary>From server to server, never to a client: the sender was cut off from the others since this time (ms since 1970) and is back.</summary>
    public const string ServerReturned = "server:returned";

    /// <summary>To the client, once after connecting: <c>Connected</c>.</summary>
    public const string Connected = "connected";

    /// <summary>From the client, a participant: <c>JoinConversation</c>. Joins the conversation's room; answered by <see cref="DmJoined"/>.</summary>
    public const string DmJoinConversation = "dm:join_conversation";

    /// <summary>To the client that joined: <c>ConversationJoined</c>.</summary>
    public const string DmJoined = "dm:joined";

    /// <summary>From the client: <c>LeaveConversation</c>. Leaves the room; silent when it was not in it.</summary>
    public const string DmLeaveConversation = "dm:leave_conversation";

    /// <summary>From the client, a participant: <c>SendDirect</c>. Stored first, then acknowledged and announced as <see cref="DmMessageReceived"/>.</summary>
    public const string DmSendMessage = "dm:send_message";

    /// <summary>To the conversation's room, the sender's sockets included: the whole message, with its number.</summary>
    public const string DmMessageReceived = "dm:message_received";

    /// <summary>To the recipient's personal room: a preview, whether or not the conversation is open there.</summary>
    public const string DmNewMessage = "dm:new_message";

    /// <summary>To the sending socket: the message is stored. The acknowledgement says the same to clients that ask for one.</summary>
    public const string DmMessageSent = "dm:message_sent";

    /// <summary>From and to clients: somebody is typing. Reaches the others in the room, never the sender; may be lost.</summary>
    public const string DmTypingStart = "dm:typing_start";

    public const string DmTypingStop = "dm:typing_stop";

    /// <summary>The same two to clients that know them under these names.</summary>
    public const string DmUserTyping = "dm:user_typing";

    public const string DmUserStoppedTyping = "dm:user_stopped_typing";

    /// <summary>From the client, the recipient: <c>MarkMessagesRead</c>. Announced as <see cref="DmMessagesRead"/>.</summary>
    public const string DmMarkRead = "dm:mark_read";

    /// <summary>To the conversation's room: which messages were read, by whom, when.</summary>
    public const string DmMessagesRead = "dm:messages_read";

    /// <summary>From the client, a participant: <c>MessagesHandedOver</c>. It has everything up to a number.</summary>
    public const string DmDelivered = "dm:delivered";

    /// <summary>To the conversation's room: a participant was handed everything up to a number.</summary>
    public const string DmMessagesDelivered = "dm:messages_delivered";

    /// <summary>From and to the client, a participant: <c>ReadHistory</c>, a page of messages.</summary>
    public const string DmHistory = "dm:history";

    /// <summary>The same page to clients that listen under this name.</summary>
    public const string DmHistoryResponse = "dm:history_response";

    /// <summary>To who is online and shares a conversation with the account, unless it hides it: <c>UserPresence</c>.</summary>
    public const string UserPresence = "user_presence";

    /// <summary>What an event of a client takes from its account's share of requests (setting <c>RateLimit:RequestsPerMinute</c>); a name nobody knows costs one permit too.</summary>
    public static int CostOf(string name) => name switch
    {
        // A page of whole messages.
        DmHistory => 5,
        _ => 1,
    };

    /// <summary>To the client: an event was refused, with the refusal's code and text.</summary>
    public const string DmError = "dm:error";

    /// <summary>The same of whatever event, to clients that listen to this name alone.</summary>
    public const string Error = "error";

    /// <summary>To the conversation's room: a message was changed; the whole message as it is now, with its number.</summary>
    public const string DmMessageEdited = "dm:message_edited";

    /// <summary>To the conversation's room: a message was deleted for everybody, so only its number stays.</summary>
    public const string DmMessageDeleted = "dm:message_deleted";

    /// <summary>From the client, at any time: answered by <see cref="Pong"/> and the acknowledgement.</summary>
    public const string Ping = "ping";

    /// <summary>To the client: <c>SocketPong</c>, the server's time.</summary>
    public const string Pong = "pong";

    /// <summary>From the client: answered by <see cref="Stats"/> and the acknowledgement.</summary>
    public const string GetStats = "get_stats";

    /// <summary>To the client: <c>SocketStats</c>.</summary>
    public const string Stats = "stats";
}

/// <summary>Room names. What is announced to a room is read by whoever is in it, so being in one is a permission.</summary>
/// <remarks><see cref="RoomAccess"/> gives it by the room's <see cref="IRoomRule"/>; a kind of room that is named here needs one.</remarks>
public static class Rooms
{
    internal const string UserPrefix = "user:";
    internal const string SessionPrefix = "session:";
    internal const string ConversationPrefix = "conversation:";

    /// <summary>All sockets of one account.</summary>
    public static string User(long id) => $"{UserPrefix}{id}";

    /// <summary>All sockets of administrators: where the support desk is told.</summary>
    public const string Admins = "admin:";

    /// <summary>All sockets of one session: what ends with it.</summary>
    public static string Session(long id) => $"{SessionPrefix}{id}";

    /// <summary>Sockets that have a conversation open, each of somebody who takes part.</summary>
    public static string Conversation(long id) => $"{ConversationPrefix}{id}";
}

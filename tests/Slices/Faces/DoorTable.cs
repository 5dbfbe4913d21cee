using Stoa.Server.Hosting.Tokens;
using Stoa.Server.Realtime;

namespace Slices.Faces;

/// <summary>
/// One table of operation × door × credential: who may use which route or event, and what each credential is answered there.
/// </summary>
internal static class DoorTable
{
    public const string Anyone = "anyone";
    public const string Account = "account";
    public const string Renewal = "renewal";
    public const string Socket = "socket";

    /// <summary>The credential gets past the door; what the operation then says is another matter.</summary>
    public const string Taken = "taken";

    private const string No = "auth.required";
    private const string Forbidden = "auth.forbidden";
    private const string Unknown = "auth.refresh_invalid";
    private const string Invalid = "auth.token_invalid";

    /// <summary>What is shown at a door, in the order of <see cref="Cells"/>.</summary>
    public static readonly string[] Credentials = 
    [
        "nothing", "token", "administrator's token", "token in the address", "cookie", "key", "key as token",
    ];

    /// <summary>The answer to each credential at the doors of each right.</summary>
    /// <remarks>
    /// The cookie renews a session and opens nothing else; the token of a session of the marketplace renews itself there, other sessions'
    /// tokens do not. The shared key opens the desk's routes and the socket. At the socket it may stand where the token does, as its
    /// consoles send it, and a token may stand in the address, where browsers can put nothing else; a request has headers for both.
    /// </remarks>
    public static readonly IReadOnlyDictionary<string, string[]> Cells = new Dictionary<string, string[]>
    {
        [Anyone] = [Taken, Taken, Taken, Taken, Taken, Taken, Taken],
        [Account] = [No, Taken, Taken, No, No, No, Invalid],
        [Policies.Moderator] = [No, Forbidden, Taken, No, No, No, Invalid],
        [Policies.Admin] = [No, Forbidden, Taken, No, No, No, Invalid],
        [Policies.Superuser] = [No, Forbidden, Taken, No, No, No, Invalid],
        [Policies.SupportDesk] = [No, Forbidden, Taken, No, No, Taken, Invalid],
        [Renewal] = [Unknown, Unknown, Unknown, Unknown, Taken, Unknown, Unknown],
        [Socket] = [No, Taken, Taken, Taken, No, Taken, Taken],
    };

    /// <summary>Routes that are not simply for who is signed in: those without a sign-in, and those that ask for more.</summary>
    /// <remarks>Each at the root and under /api, unless the table has the whole path.</remarks>
    public static readonly IReadOnlyDictionary<string, string[]> Routes = new Dictionary<string, string[]>
    {
        [Anyone] =
        [
            "GET /", "GET /health", "GET /health/ready", "GET /db-test", "GET HEAD /files/{id}", "POST /twilio_webhook",
            "POST /admin/login",
            "POST /auth/register", "POST /auth/register-enhanced", "POST /auth/login", "POST /auth/token", "POST /auth/mfa",
            "POST /auth/refresh", "POST /auth/verify",
            "POST /auth/passkeys/sign-in/options", "POST /auth/passkeys/sign-in", "POST /auth/me/email/confirm",
            "POST /auth/me/email/undo",
            "POST /auth/forgot-password", "POST /auth/reset-password", "GET POST /auth/validate-reset-token/{token}",
            "POST /auth/validate-reset-token",
            "POST /v1/auth/register", "POST /v1/auth/login", "POST /v1/auth/verify", "POST /v1/users/verify-email/{token}",
        ],
        [Renewal] = ["POST /api/auth/refresh"],
        [Policies.SupportDesk] =
        [
            "POST /admin/users/{id}/suspend", "POST /admin/users/{id}/unsuspend", "GET /admin/users/{id}/restrictions",
            "GET /admin/conversations",
            "GET /admin/conversations/{accountId}", "GET POST /admin/conversations/{accountId}/messages",
            "POST /admin/conversations/{accountId}/read",
        ],
        [Policies.Admin] =
        [
            "GET /admin/audit", "POST /admin/users/{id}/messaging-ban", "POST /admin/users/{id}/messaging/ban",
            "POST /admin/users/{id}/messaging/warn",
            "POST /admin/users/{id}/messaging/unban", "GET POST /admin/invitations", "DELETE /admin/invitations/{id}",
            "GET /admin/messages/threads",
            "GET /admin/messages/moderation", "GET /admin/messages/flagged", "GET /admin/messages/all",
            "GET PUT /admin/messaging/settings",
            "GET /auth/admin/password-reset-tokens", "DELETE /auth/admin/cleanup-expired-tokens",
        ],
        [Policies.Superuser] =
        [
            "GET POST /auth/users", "GET PUT DELETE /auth/users/{id}", "PUT /auth/users/{id}/disable", "PUT /auth/users/{id}/enable",
            "PUT /auth/users/{id}/superuser",
            "GET PUT /auth/users/{id}/roles", "DELETE /auth/users/{id}/totp", "GET POST /auth/roles", "DELETE /auth/roles/{id}",
            "GET /reports/admin/all", "POST /reports/{id}/comment", "PUT /reports/{id}/resolve",
        ],
    };

    /// <summary>What can be done at more than one door, or at the socket alone: its routes, its event stream, and its events.</summary>
    public static readonly (string Operation, string[] Routes, string[] Events)[] Operations =
    [
        ("write a message",
            [
                "POST /messages", "POST /conversations/{name}/messages", "POST /messages/threads/{id}/messages",
                "POST /communications/{astrologerId}/messages", "POST /admin/conversations/{accountId}/messages",
            ],
            [Events.DmSendMessage]),
        ("open a conversation and hear of it",
            ["GET /conversations/{name}", "GET /messages/threads/{id}/stream", "GET /admin/conversations/{accountId}"],
            [Events.DmJoinConversation]),
        ("read its messages",
            [
                "GET /messages", "GET /conversations/{name}/messages", "GET /messages/threads/{id}/messages",
                "GET /admin/conversations/{accountId}/messages",
            ],
            [Events.DmHistory]),
        ("mark as read",
            ["PUT /messages/{id}/read", "PATCH /communications/messages/{id}/read", "POST /admin/conversations/{accountId}/read"],
            [Events.DmMarkRead]),
        ("see whether the server answers", ["GET /health"], [Events.Ping]),
        ("stop hearing of a conversation", [], [Events.DmLeaveConversation]),
        ("have received messages", [], [Events.DmDelivered]),
        ("type", [], [Events.DmTypingStart, Events.DmTypingStop]),
        ("ask how the connection stands", [], [Events.GetStats]),
    ];

    /// <summary>Events that nobody may send: clients are told by them, or servers each other.</summary>
    public static readonly string[] Told =
    [
        Events.SessionsEnded, Events.RightsChanged, Events.ServerReturned, Events.Connected, Events.DmJoined, Events.DmMessageReceived, Events.DmNewMessage,
        Events.DmMessageSent, Events.DmUserTyping,
        Events.DmUserStoppedTyping, Events.DmMessagesRead, Events.DmMessagesDelivered, Events.DmHistoryResponse, Events.UserPresence,
        Events.DmError, Events.Error,
        Events.DmMessageEdited, Events.DmMessageDeleted, Events.Pong, Events.Stats,
    ];

    /// <summary>The right that the table gives a route.</summary>
    public static string RightOf(string method, string path) => Named(method, path) ?? Named(method, WithoutApi(path)) ?? Account;

    public static string WithoutApi(string path) => path.StartsWith("/api/", StringComparison.Ordinal) ? path[4..] : path;

    private static string? Named(string method, string path) => Routes
        .Where(r => Array.Exists(r.Value, row => row.Split(' ') is [.. var methods, var at] && at == path && methods.Contains(method)))
        .Select(static r => r.Key).FirstOrDefault();
}

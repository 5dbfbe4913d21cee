using System.Text.Json.Serialization;

namespace Stoa.Bare;

public sealed record Registration(string Username, string Email);

public sealed record SignedIn(long Id, string AccessToken);

public sealed record Account(long Id, string Username, string Email, bool IsActive);

public sealed record NewMessage(long RecipientId, string Content);

public sealed record Message(long Id, long SenderId, long RecipientId, string Content, bool IsRead, string ConversationId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record Unread(long UnreadCount);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Registration))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(Account))]
[JsonSerializable(typeof(NewMessage))]
[JsonSerializable(typeof(List<Message>))]
[JsonSerializable(typeof(Unread))]
public sealed partial class BareJson : JsonSerializerContext;

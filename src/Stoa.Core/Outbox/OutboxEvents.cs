using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.Core.Conversations;

namespace Stoa.Core.Outbox;

/// <summary>Messages were written; several, because one commit carries many.</summary>
public sealed class MessagesAppended : IOutboxEvent
{
    [JsonConstructor]
    public MessagesAppended(IReadOnlyList<MessageRef> refs) => Refs = refs;

    internal MessagesAppended(IReadOnlyList<Message> messages)
    {
        Messages = messages;
        Refs = [.. messages.Select(static m => new MessageRef(m.ConversationId, m.Seq))];
    }

    public IReadOnlyList<MessageRef> Refs { get; }

    /// <summary>The messages themselves on the short way; null when the event was read back from the outbox.</summary>
    [JsonIgnore]
    public IReadOnlyList<Message>? Messages { get; }
}

/// <summary>A message by its number.</summary>
public readonly record struct MessageRef(long ConversationId, long Seq);

/// <summary>Somebody read messages of others.</summary>
/// <param name="MessageIds">At most some hundreds; null: everything up to <paramref name="UpToSeq"/>.</param>
public sealed record MessagesRead(long ConversationId, long ReaderId, IReadOnlyList<long>? MessageIds, long? UpToSeq, DateTimeOffset ReadAt) : IOutboxEvent;

/// <summary>The sender changed a message.</summary>
public sealed record MessageEdited(long ConversationId, long Seq) : IOutboxEvent;

/// <summary>A message is deleted for everybody: its words are gone, its number stays.</summary>
public sealed record MessageErased(long ConversationId, long Seq) : IOutboxEvent;

/// <summary>Sessions ended before their time: their sockets must go too.</summary>
/// <param name="SessionIds">The ended ones.</param>
public sealed record SessionsEnded(long UserId, IReadOnlyList<long> SessionIds) : IOutboxEvent;

/// <summary>What these accounts may was changed: whatever lasts and was allowed before asks again.</summary>
/// <param name="UserIds">At most some hundreds.</param>
public sealed record RightsChanged(IReadOnlyList<long> UserIds) : IOutboxEvent;

/// <summary>The catalogue: every event's stable name and its JSON form.</summary>
public static class OutboxEvents
{
    private static readonly Dictionary<string, Type> Types = new(StringComparer.Ordinal)
    {
        ["messages.appended"] = typeof(MessagesAppended),
        ["messages.read"] = typeof(MessagesRead),
        ["message.edited"] = typeof(MessageEdited),
        ["message.erased"] = typeof(MessageErased),
        ["sessions.ended"] = typeof(SessionsEnded),
        ["rights.changed"] = typeof(RightsChanged),
    };

    /// <summary>Every kind of event there is.</summary>
    public static IReadOnlyCollection<Type> All => Types.Values;

    private static readonly Dictionary<Type, string> Names = Types.ToDictionary(static t => t.Value, static t => t.Key);

    /// <summary>A row for <see cref="Data.StoaDb.Outbox"/>, to be saved in the transaction of what happened.</summary>
    public static OutboxEvent Row(IOutboxEvent what, OutboxFeed feed, DateTimeOffset now) => new()
    {
        Type = NameOf(what),
        Payload = Write(what),
        Owner = feed.Node,
        DueAt = now + feed.Lease,
        CreatedAt = now,
    };

    public static string NameOf(IOutboxEvent what) => Names[what.GetType()];

    public static string Write(IOutboxEvent what) => JsonSerializer.Serialize(what, what.GetType(), OutboxJson.Default);

    /// <summary>Null when the name is not known here: written by a newer version, left for it.</summary>
    public static IOutboxEvent? Read(string name, string payload) => Types.TryGetValue(name, out var type)
        ? (IOutboxEvent?)JsonSerializer.Deserialize(payload, type, OutboxJson.Default)
        : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(MessagesAppended))]
[JsonSerializable(typeof(MessagesRead))]
[JsonSerializable(typeof(MessageEdited))]
[JsonSerializable(typeof(MessageErased))]
[JsonSerializable(typeof(SessionsEnded))]
[JsonSerializable(typeof(RightsChanged))]
internal sealed partial class OutboxJson : JsonSerializerContext;

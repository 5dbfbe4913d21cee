using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stoa.Server.Messaging.Doors;

/// <summary>A conversation as S3's clients name it: the digits of its id, an alias such as <c>admin_12</c>, or <c>admin</c>.</summary>
[JsonConverter(typeof(ConversationRefConverter))]
public readonly record struct ConversationRef(string Name)
{
    public override string ToString() => Name;
}

public sealed class ConversationRefConverter : JsonConverter<ConversationRef>
{
    public override ConversationRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            return new ConversationRef(number.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 and <= Core.Conversations.Conversation.MaxAliasLength } name && !name.Any(char.IsControl))
            return new ConversationRef(name);
        throw new JsonException("An id is a number or a string of at most 100 characters.");
    }

    public override void Write(Utf8JsonWriter writer, ConversationRef value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name);
}

/// <summary>An account as S3's clients name it; the support desk is <c>admin</c>.</summary>
/// <param name="Id">Null for the desk.</param>
[JsonConverter(typeof(PartyRefConverter))]
public readonly record struct PartyRef(long? Id)
{
    public const string Desk = "admin";
}

public sealed class PartyRefConverter : JsonConverter<PartyRef>
{
    public override PartyRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number))
            return new PartyRef(number);
        if (reader.TokenType == JsonTokenType.String && reader.GetString() is { } text)
        {
            if (text == PartyRef.Desk)
                return new PartyRef(null);
            if (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number))
                return new PartyRef(number);
        }

        throw new JsonException("An id is a number, a string of digits, or \"admin\".");
    }

    public override void Write(Utf8JsonWriter writer, PartyRef value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Id?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? PartyRef.Desk);
}

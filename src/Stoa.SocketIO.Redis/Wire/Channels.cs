namespace Stoa.SocketIO.Redis.Wire;

/// <summary>The channel names of one namespace, as @socket.io/redis-adapter has them.</summary>
internal sealed class Channels(string prefix, string space, string uid)
{
    /// <summary>Broadcasts to all; with a room and <c>#</c> appended, to that room.</summary>
    public string Broadcast { get; } = $"{prefix}#{space}#";

    /// <summary>All broadcast channels of the namespace. The reference does not escape; a namespace named <c>/a*</c> then hears others' messages, and drops them.</summary>
    public string BroadcastPattern { get; } = Escape($"{prefix}#{space}#") + "*";

    public string Request { get; } = $"{prefix}-request#{space}#";

    public string Response { get; } = $"{prefix}-response#{space}#";

    public string OwnResponse { get; } = $"{prefix}-response#{space}#{uid}#";

    /// <summary>To this node alone. A broadcast channel, so that its messages come in one order with the others; for other nodes it is a room without members.</summary>
    public string Own { get; } = $"{prefix}#{space}#{uid}#";

    public string StreamKey { get; } = $"{prefix}-stream#{space}#";

    /// <summary>There when programs whose events are not in the stream have sent some lately.</summary>
    public string ForeignKey { get; } = $"{prefix}-foreign#{space}#";

    public string SessionKey(string privateId) => $"{prefix}-session#{space}#{privateId}";

    public string ResponseFor(string other) => $"{Response}{other}#";

    public string For(IReadOnlyList<string> rooms) => rooms.Count == 1 ? $"{Broadcast}{rooms[0]}#" : Broadcast;

    /// <summary>The room a broadcast channel names; empty when it is for all, null when it belongs to another namespace.</summary>
    public string? Room(string channel)
    {
        if (!channel.StartsWith(Broadcast, StringComparison.Ordinal))
            return null;
        return channel.Length == Broadcast.Length ? "" : channel[Broadcast.Length..^1];
    }

    private static string Escape(string literal)
    {
        var pattern = new System.Text.StringBuilder();
        foreach (var character in literal)
        {
            if (character is '*' or '?' or '[' or ']' or '\\')
                pattern.Append('\\');
            pattern.Append(character);
        }

        return pattern.ToString();
    }
}

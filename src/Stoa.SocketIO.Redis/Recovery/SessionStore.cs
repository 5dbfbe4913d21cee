using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using StackExchange.Redis;
using Stoa.SocketIO.Adapters;
using Stoa.SocketIO.Recovery;
using Stoa.SocketIO.Redis.Wire;

namespace Stoa.SocketIO.Redis.Recovery;

/// <summary>Lost sessions, each under a key of its own that expires. The key names the private id and is as secret as that.</summary>
internal sealed class SessionStore(RedisConnection redis, Channels channels, string uid, RecoveryOptions options, JsonSerializerOptions json)
{
    // The server makes ids of 20 characters; what a client sends instead must not become a part of another key.
    private const int IdLength = 20;

    private const string Take = """
        local session = redis.call('GET', KEYS[1])
        redis.call('DEL', KEYS[1])
        return session
        """;

    private readonly ConditionalWeakTable<SavedSession, string> _takenFrom = [];

    /// <exception cref="RedisException">Redis is away.</exception>
    public Task SaveAsync(SavedSession session)
    {
        var value = ClusterMessage.Write(body =>
        {
            body.WriteString("uid", uid);
            body.WriteString("sid", session.Id);
            ClusterMessage.WriteNames(body, "rooms", session.Rooms);
            body.WritePropertyName("data");
            SocketDetailsJson.WriteData(body, session.Data, json);
            if (session.User is { } user)
                body.WriteBase64String("user", Bytes(user));
        });
        return redis.ExecuteAsync("SET", (RedisKey)channels.SessionKey(session.PrivateId), value, "PX", (long)options.MaxDisconnection.TotalMilliseconds);
    }

    /// <summary>Takes a session away; of two clients that ask at the same time one gets it.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<SavedSession?> TakeAsync(string privateId)
    {
        if (privateId.Length != IdLength || !privateId.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            return null;
        var value = await redis.ExecuteAsync("EVAL", Take, 1, (RedisKey)channels.SessionKey(privateId));
        if (value.IsNull)
            return null;
        var body = ClusterMessage.Read((byte[])value);
        if (body.Text("sid") is not { } id)
            return null;
        var session = new SavedSession(id, privateId, body.Names("rooms"), SocketDetailsJson.ReadData(body.Element("data")), User(body));
        _takenFrom.Add(session, body.Text("uid") ?? "");
        return session;
    }

    /// <summary>Whether the session was on this node when it was lost; events of a node for its own sockets alone are for such sessions.</summary>
    public bool WasOn(SavedSession session, string node) => _takenFrom.TryGetValue(session, out var was) && was == node;

    private static byte[] Bytes(ClaimsPrincipal user)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        user.WriteTo(writer);
        writer.Flush();
        return bytes.ToArray();
    }

    private static ClaimsPrincipal? User(ClusterMessage body)
    {
        if (body.Element("user") is not { ValueKind: JsonValueKind.String } text || !text.TryGetBytesFromBase64(out var bytes))
            return null;
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return new ClaimsPrincipal(reader);
    }
}

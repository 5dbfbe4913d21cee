using Microsoft.Extensions.Logging;
using Stoa.SocketIO;
using Stoa.SocketIO.Namespaces;

namespace Stoa.Conformance.Packets;

/// <summary>Socket.IO 5, "Packet encoding": what a client may not send ends its whole connection, over either transport, and nobody else's.</summary>
public sealed class RefusedPacketTests(RefusedPacketTests.Shared shared) : IClassFixture<RefusedPacketTests.Shared>
{
    private const string One = "{\"_placeholder\":true,\"num\":0}";

    private static readonly (string Why, string[] Packets)[] Rows =
    [
        ("empty", ["4"]),
        ("unknown type", ["47"]),
        ("no type", ["4abc"]),
        ("only servers refuse", ["44{\"message\":\"x\"}"]),
        ("no count of attachments", [$"45[\"a\",{One}]", "bAQID"]),
        ("a dash and no count", [$"45-[\"a\",{One}]", "bAQID"]),
        ("a count of zero", ["450-[\"a\"]"]),
        ("a negative count", [$"45-1-[\"a\",{One}]", "bAQID"]),
        ("a fractional count", [$"451.5-[\"a\",{One}]", "bAQID"]),
        ("a count and no dash", [$"451[\"a\",{One}]", "bAQID"]),
        ("eleven attachments", ["4511-[\"a\"]"]),
        ("absurdly many attachments", ["45100-[\"x\"]"]),
        ("a count beyond every integer", ["4599999999999999999999-[\"a\"]"]),
        ("a placeholder out of range", ["451-[\"a\",{\"_placeholder\":true,\"num\":1}]"]),
        ("a negative placeholder", ["451-[\"a\",{\"_placeholder\":true,\"num\":-1}]"]),
        ("a fractional placeholder", ["451-[\"a\",{\"_placeholder\":true,\"num\":0.5}]"]),
        ("a text as placeholder", ["451-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]"]),
        ("a placeholder in an ack out of range", ["461-3[{\"_placeholder\":true,\"num\":7}]"]),
        ("text while an attachment is awaited", [$"451-[\"a\",{One}]", "42[\"a\"]"]),
        ("text between two attachments", ["452-[\"a\"]", "bAQID", "42[\"a\"]"]),
        ("binary while none is awaited", ["bAQID"]),
        ("one attachment too many", [$"451-[\"a\",{One}]", "bAQID", "bAQID"]),
        ("70 nested arrays", ["42[\"a\"," + new string('[', 70) + new string(']', 70) + "]"]),
        ("CONNECT with an array", ["40/custom,[]"]),
        ("CONNECT with a text", ["40/custom,\"x\""]),
        ("CONNECT with null", ["40/custom,null"]),
        ("CONNECT with broken JSON", ["40/custom,{"]),
        ("DISCONNECT with an object", ["41{}"]),
        ("DISCONNECT with an array", ["41/custom,[]"]),
        ("EVENT without payload", ["42"]),
        ("EVENT with an object", ["42{}"]),
        ("EVENT with an empty array", ["42[]"]),
        ("EVENT named null", ["42[null]"]),
        ("EVENT named true", ["42[true]"]),
        ("EVENT named by an object", ["42[{}]"]),
        ("EVENT named by an array", ["42[[\"a\"]]"]),
        ("broken JSON", ["42[\"a\""]),
        ("no JSON", ["42['a']"]),
        ("something behind the JSON", ["42[\"a\"]x"]),
        ("no JSON number", ["42[\"a\",01]"]),
        ("no ack id", ["42abc[\"a\"]"]),
        ("ack id over 2^53", ["429007199254740993[\"a\"]"]),
        ("the reserved name connect", ["42[\"connect\"]"]),
        ("the reserved name connect_error", ["42[\"connect_error\"]"]),
        ("the reserved name disconnect", ["42[\"disconnect\"]"]),
        ("the reserved name disconnecting", ["42[\"disconnecting\"]"]),
        ("the reserved name newListener", ["42[\"newListener\"]"]),
        ("the reserved name removeListener", ["42[\"removeListener\"]"]),
        ("a reserved name in a binary event", [$"451-[\"disconnect\",{One}]", "bAQID"]),
        ("ACK without payload", ["431"]),
        ("ACK with an object", ["431{}"]),
        ("ACK with a text", ["431\"x\""]),
        ("ACK without id", ["43[]"]),
        ("ACK with an id over 2^53", ["439007199254740993[]"]),
    ];

    public static TheoryData<bool, string> Cases()
    {
        var cases = new TheoryData<bool, string>();
        foreach (var (why, _) in Rows)
        {
            cases.Add(true, why);
            cases.Add(false, why);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_packet_that_breaks_a_rule_closes_the_connection(bool polling, string why)
    {
        var server = await shared.ServerAsync();
        var (client, id) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var _ = client;
        await client.SendAsync(Rows.Single(r => r.Why == why).Packets);

        Assert.Empty(await client.ClosedAsync());
        Assert.Equal(DisconnectReason.ForcedClose, await shared.ReasonAsync(id));
        // Others do not notice.
        var (other, _) = await AnyClient.ConnectAsync(server.Address, polling);
        await using var __ = other;
        await other.SendAsync("421[\"a\"]");
        Assert.Equal("431[]", await other.NextAsync());
        Assert.DoesNotContain(server.Log.Entries, static e => e.Level >= LogLevel.Warning);
    }

    /// <summary>One server for all of them, and the reasons it saw.</summary>
    public sealed class Shared : IAsyncDisposable
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, DisconnectReason> _reasons = new(StringComparer.Ordinal);
        private TestServer? _server;

        public async Task<TestServer> ServerAsync() => _server ??= await TestServer.StartAsync(Configure);

        public async Task<DisconnectReason> ReasonAsync(string id)
        {
            await Wait.Until(() => _reasons.ContainsKey(id));
            return _reasons[id];
        }

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

        private void Configure(SocketIOBuilder io)
        {
            io.Of("/custom");
            io.On("a", static (e, _) =>
            {
                e.Ack();
                return Task.CompletedTask;
            });
            io.OnDisconnect((socket, reason) =>
            {
                _reasons[socket.Id] = reason;
                return Task.CompletedTask;
            });
        }
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Packets;

/// <summary>Packets as text and attachments: what JSON.stringify and the reference encoder would give.</summary>
public sealed class PacketWriterTests
{
    private static readonly PayloadJson Web = new(new JsonSerializerOptions(JsonSerializerDefaults.Web), 64);

    private static string Text(SocketPacket packet) => Encoding.UTF8.GetString(packet.Message.Text.Span);

    private static SocketPacket Event(params object?[] arguments) => SocketPacket.Encode(Web, "/", "e", arguments, null);

    [Fact]
    public void Namespaces_ids_and_types_stand_in_their_places()
    {
        Assert.Equal("42[\"e\"]", Text(Event()));
        Assert.Equal("42/custom,[\"e\",1]", Text(SocketPacket.Encode(Web, "/custom", "e", [1], null)));
        Assert.Equal("42/größe,7[\"e\"]", Text(SocketPacket.Encode(Web, "/größe", "e", [], 7)));
        Assert.Equal("4312[1,\"2\"]", Text(SocketPacket.Encode(Web, "/", null, [1, "2"], 12)));
        Assert.Equal("463[]", Text(SocketPacket.Encode(Web, "/", null, [], 3)).Replace("43", "46", StringComparison.Ordinal));
        Assert.Equal("461-/c,3[{\"_placeholder\":true,\"num\":0}]", Text(SocketPacket.Encode(Web, "/c", null, [new byte[] { 1 }], 3)));
        Assert.Equal("40{\"sid\":\"abc\"}", Text(SocketPacket.Connect("/", "abc", null)));
        Assert.Equal("40/c,{\"sid\":\"abc\",\"pid\":\"def\"}", Text(SocketPacket.Connect("/c", "abc", "def")));
        Assert.Equal("41", Text(SocketPacket.Disconnect("/")));
        Assert.Equal("41/c,", Text(SocketPacket.Disconnect("/c")));
        Assert.Equal("44/c,{\"message\":\"no\",\"data\":{\"why\":\"é\"}}", Text(SocketPacket.ConnectError(Web, "/c", "no", new { Why = "é" })));
    }

    [Fact]
    public void JSON_is_what_stringify_would_give() =>
        Assert.Equal(
            "42[\"e\",1,1.5,true,null,\"größe 日本 😀 <>&'+/\",\"\\\"\\\\\\n\\u0001\",[1,2],{\"someName\":\"x\"}]",
            Text(Event(1.0, 1.5, true, null, "größe 日本 😀 <>&'+/", "\"\\\n\u0001", new[] { 1, 2 }, new { SomeName = "x" })));

    [Fact]
    public void Binary_values_anywhere_become_placeholders_in_order()
    {
        var packet = Event(new byte[] { 1 }, new { A = new ReadOnlyMemory<byte>([2, 3]), B = new List<byte[]> { new byte[] { 4 } } }, new Memory<byte>([5]));

        Assert.Equal(
            "454-[\"e\",{\"_placeholder\":true,\"num\":0},{\"a\":{\"_placeholder\":true,\"num\":1},\"b\":[{\"_placeholder\":true,\"num\":2}]},{\"_placeholder\":true,\"num\":3}]",
            Text(packet));
        Assert.Equal([[1], [2, 3], [4], [5]], packet.Attachments.Select(a => a.ToArray()));
        Assert.Equal(SocketPacketType.BinaryEvent, packet.Type);
    }

    [Fact]
    public void The_polling_form_and_the_frames_say_the_same()
    {
        var packet = Event(new byte[] { 1, 2, 3 });

        Assert.Equal("451-[\"e\",{\"_placeholder\":true,\"num\":0}]\u001ebAQID", Encoding.UTF8.GetString(packet.Message.Polling.Span));
        var text = Encoding.UTF8.GetBytes("451-[\"e\",{\"_placeholder\":true,\"num\":0}]");
        Assert.Equal([0x81, (byte)text.Length, .. text, 0x82, 3, 1, 2, 3], packet.Message.Frames);
    }

    [Fact]
    public void An_offset_becomes_the_last_argument()
    {
        var packet = Event("x", new byte[] { 9 }).WithOffset("abc-1");

        Assert.Equal("451-[\"e\",\"x\",{\"_placeholder\":true,\"num\":0},\"abc-1\"]", Text(packet));
        Assert.Equal(("abc-1", 1), (packet.Offset, packet.Attachments.Count));
        Assert.Equal("42[\"e\",\"abc-2\"]", Text(Event().WithOffset("abc-2")));
    }

    [Fact]
    public void What_was_received_can_be_sent_on_with_its_binary_values()
    {
        var reader = new PacketReader(new PacketLimits(10, 64, 64));
        Assert.True(reader.TryRead("52-[\"x\",{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":0},1e3]"u8.ToArray(), out var packet));
        var arguments = packet.Arguments(Web, [new byte[] { 10 }, new byte[] { 11 }]);
        var again = SocketPacket.Encode(Web, "/", "e", [new byte[] { 1 }, arguments[0], arguments[1], arguments[2]], null);

        Assert.Equal(
            "453-[\"e\",{\"_placeholder\":true,\"num\":0},{\"a\":[{\"_placeholder\":true,\"num\":1}]},{\"_placeholder\":true,\"num\":2},1e3]",
            Text(again));
        Assert.Equal([[1], [11], [10]], again.Attachments.Select(a => a.ToArray()));
    }

    [Fact]
    public void Payloads_are_read_with_their_binary_values()
    {
        var json = "[{\"name\":\"n\",\"bytes\":{\"_placeholder\":true,\"num\":0},\"text\":\"AQI=\"},5]"u8.ToArray();
        var arguments = new SocketArguments(Web, json, new PacketReader(new PacketLimits(10, 64, 64)).Bounds(json)!, 0, [new byte[] { 7 }]);
        var payload = arguments[0].As<Upload>()!;

        Assert.Equal(("n", 7, 2), (payload.Name, payload.Bytes.Span[0], payload.Text.Length));
        Assert.ThrowsAny<JsonException>(() => arguments[0].As<int>());
        Assert.ThrowsAny<JsonException>(() => arguments[1].As<byte[]>());
        Assert.Equal(5, arguments[1].As<int>());
    }

    [Fact]
    public void A_source_generated_context_works_with_binary_values()
    {
        var generated = new PayloadJson(UploadContext.Default.Options, 64);
        var packet = SocketPacket.Encode(generated, "/", "e", [new Upload("é", new byte[] { 1 }, [2])], null);

        Assert.Equal("452-[\"e\",{\"name\":\"é\",\"bytes\":{\"_placeholder\":true,\"num\":0},\"text\":{\"_placeholder\":true,\"num\":1}}]", Text(packet));
    }

    [Fact]
    public void A_payload_that_cannot_be_written_leaves_nothing_behind()
    {
        Assert.ThrowsAny<Exception>(() => Event("start", new Broken()));
        Assert.Equal("42[\"e\",1]", Text(Event(1)));
    }

    public sealed record Upload(string Name, ReadOnlyMemory<byte> Bytes, byte[] Text);

    private sealed class Broken
    {
#pragma warning disable CA1822, CA1065 // The point is that the serializer calls it.
        public string Value => throw new InvalidDataException();
#pragma warning restore CA1822, CA1065
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(PacketWriterTests.Upload))]
internal sealed partial class UploadContext : JsonSerializerContext;

using System.Text;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Packets;

/// <summary>Socket.IO 5, "Packet encoding", read strictly.</summary>
public sealed class PacketReaderTests
{
    private static readonly PacketReader Reader = new(new PacketLimits(Attachments: 10, Depth: 16, NamespaceLength: 64));

    private static IncomingPacket? Read(string text) => Reader.TryRead(Encoding.UTF8.GetBytes(text), out var packet) ? packet : null;

    [Theory]
    [InlineData("0", 0, "/", -1, "")]
    [InlineData("0/custom", 0, "/custom", -1, "")]
    [InlineData("0/custom,", 0, "/custom", -1, "")]
    [InlineData("0/", 0, "/", -1, "")]
    [InlineData("0{\"token\":\"a\"}", 0, "/", -1, "{\"token\":\"a\"}")]
    [InlineData("0/größe,{}", 0, "/größe", -1, "{}")]
    [InlineData("1", 1, "/", -1, "")]
    [InlineData("1/custom,", 1, "/custom", -1, "")]
    [InlineData("2[\"a\"]", 2, "/", -1, "[\"a\"]")]
    [InlineData("212[\"a\",1]", 2, "/", 12, "[\"a\",1]")]
    [InlineData("2/custom,0[\"a\"]", 2, "/custom", 0, "[\"a\"]")]
    [InlineData("29007199254740992[\"a\"]", 2, "/", 9007199254740992, "[\"a\"]")]
    [InlineData("2[1,\"numbers name events, too\"]", 2, "/", -1, "[1,\"numbers name events, too\"]")]
    [InlineData("31[]", 3, "/", 1, "[]")]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":0}]", 5, "/", -1, "[\"a\",{\"_placeholder\":true,\"num\":0}]")]
    [InlineData("510-/c,3[\"a\"]", 5, "/c", 3, "[\"a\"]")]
    [InlineData("61-3[{\"_placeholder\":true,\"num\":0}]", 6, "/", 3, "[{\"_placeholder\":true,\"num\":0}]")]
    public void A_packet_is_read(string text, int type, string space, long id, string json)
    {
        var packet = Read(text);

        Assert.NotNull(packet);
        Assert.Equal(((SocketPacketType)type, space, id, json), (packet.Value.Type, packet.Value.Namespace, packet.Value.Id, Encoding.UTF8.GetString(packet.Value.Json.Span)));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("7", "unknown type")]
    [InlineData("abc", "unknown type")]
    [InlineData("4{\"message\":\"x\"}", "only servers refuse")]
    [InlineData("5[\"a\"]", "no count")]
    [InlineData("5-[\"a\"]", "no count")]
    [InlineData("50-[\"a\"]", "count of zero")]
    [InlineData("5-1-[\"a\"]", "negative count")]
    [InlineData("51.5-[\"a\"]", "broken count")]
    [InlineData("51", "no dash")]
    [InlineData("511-[\"a\"]", "too many attachments")]
    [InlineData("599999999999999999999-[\"a\"]", "absurd count")]
    [InlineData("0[]", "CONNECT with an array")]
    [InlineData("0\"x\"", "CONNECT with a text")]
    [InlineData("0null", "CONNECT with null")]
    [InlineData("0{", "CONNECT with broken JSON")]
    [InlineData("0{}{}", "CONNECT with two payloads")]
    [InlineData("1{}", "DISCONNECT with a payload")]
    [InlineData("1/custom,[]", "DISCONNECT with a payload")]
    [InlineData("2", "EVENT without payload")]
    [InlineData("2{}", "EVENT with an object")]
    [InlineData("2[]", "EVENT without name")]
    [InlineData("2[null]", "EVENT named null")]
    [InlineData("2[true]", "EVENT named true")]
    [InlineData("2[{}]", "EVENT named by an object")]
    [InlineData("2[[\"a\"]]", "EVENT named by an array")]
    [InlineData("2[\"a\"", "broken JSON")]
    [InlineData("2[\"a\",]", "trailing comma")]
    [InlineData("2[\"a\"]x", "something behind")]
    [InlineData("2['a']", "no JSON")]
    [InlineData("2[\"a\",01]", "no JSON number")]
    [InlineData("2[\"a\",NaN]", "no JSON number")]
    [InlineData("2[\"a\",/*x*/1]", "a comment")]
    [InlineData("2[\"\\ud800\"]", "a lone surrogate as name")]
    [InlineData("2abc[\"a\"]", "abc is no ack id")]
    [InlineData("2-1[\"a\"]", "negative ack id")]
    [InlineData("29007199254740993[\"a\"]", "ack id over 2^53")]
    [InlineData("2[\"connect\"]", "reserved")]
    [InlineData("2[\"connect_error\"]", "reserved")]
    [InlineData("2[\"disconnect\"]", "reserved")]
    [InlineData("2[\"disconnecting\"]", "reserved")]
    [InlineData("2[\"newListener\"]", "reserved")]
    [InlineData("2[\"removeListener\"]", "reserved")]
    [InlineData("2[\"\\u0063onnect\"]", "reserved, escaped")]
    [InlineData("51-[\"disconnect\",{\"_placeholder\":true,\"num\":0}]", "reserved")]
    [InlineData("31", "ACK without payload")]
    [InlineData("31{}", "ACK with an object")]
    [InlineData("3[]", "ACK without id")]
    [InlineData("31\"x\"", "ACK with a text")]
    public void A_packet_a_client_may_not_send_is_refused(string text, string why) => Assert.True(Read(text) is null, why);

    [Fact]
    public void Nesting_over_the_limit_is_refused()
    {
        Assert.NotNull(Read("2[\"a\"," + new string('[', 15) + new string(']', 15) + "]"));
        Assert.Null(Read("2[\"a\"," + new string('[', 16) + new string(']', 16) + "]"));
    }

    [Fact]
    public void A_namespace_name_over_the_limit_is_refused()
    {
        Assert.NotNull(Read("0/" + new string('n', 63)));
        Assert.Null(Read("0/" + new string('n', 64)));
    }

    [Theory]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":0}]", true)]
    [InlineData("51-[\"a\",{\"x\":[{\"_placeholder\":true,\"num\":0}]}]", true)]
    [InlineData("51-[\"a\",{\"_placeholder\":false,\"num\":7}]", true)]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":1}]", false)]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":-1}]", false)]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":0.5}]", false)]
    [InlineData("51-[\"a\",{\"_placeholder\":true,\"num\":\"0\"}]", false)]
    [InlineData("51-[\"a\",{\"_placeholder\":true}]", false)]
    [InlineData("52-[\"a\",{\"x\":{\"_placeholder\":true,\"num\":2}}]", false)]
    public void Placeholders_must_name_an_attachment_that_is_there(string text, bool fit) => Assert.Equal(fit, Reader.PlaceholdersFit(Read(text)!.Value));

    [Fact]
    public void Arguments_are_found_whatever_their_shape_and_number()
    {
        var json = new PayloadJson(new System.Text.Json.JsonSerializerOptions(), 64);
        var arguments = Read("2[\"many\", 1 , \"a,b]\", [1,[2]], {\"k\":\"]\"}, null, true, 1.5, -3, \"é\", 9, 10]")!.Value.Arguments(json, []);

        Assert.Equal(["1", "\"a,b]\"", "[1,[2]]", "{\"k\":\"]\"}", "null", "true", "1.5", "-3", "\"é\"", "9", "10"], arguments.Select(a => Encoding.UTF8.GetString(a.Utf8Json.Span)));
        Assert.Equal(11, arguments.Count);
        Assert.True(arguments.At(99).IsNull);
    }

    [Fact]
    public void Random_text_never_throws()
    {
        var random = new Random(7);
        const string Alphabet = "0123456789-/,[]{}\"\\:abc_ \u001e\u0000é😀";
        for (var i = 0; i < 50_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (Read(text) is { AttachmentCount: > 0 } packet)
                Reader.PlaceholdersFit(packet);
        }
    }
}

using System.Buffers;
using System.Text;
using Stoa.SocketIO.Packets;
using Stoa.SocketIO.Redis.Recovery;
using Stoa.SocketIO.Redis.Wire;
using Stoa.SocketIO.Rooms;

namespace Stoa.Conformance.Redis;

/// <summary>The wire form, byte by byte, and what is refused.</summary>
public sealed class MessagePackTests
{
    // io.to("room1").emit("hello", "x") as @socket.io/redis-adapter 8.3 publishes it.
    private const string Captured =
        "93A66A7141533465" + "83A474797065" + "02A46461746192A568656C6C6FA178" + "A36E7370A12F" + "83A5726F6F6D7391A5726F6F6D31A665786365707490A5666C61677380";

    private static (string Json, List<ReadOnlyMemory<byte>> Attachments) Read(byte[] message)
    {
        var reader = new MessagePackReader(message);
        var (json, attachments) = (new ArrayBufferWriter<byte>(), new List<ReadOnlyMemory<byte>>());
        MessagePackJson.Read(ref reader, json, attachments);
        Assert.True(reader.AtEnd);
        return (Encoding.UTF8.GetString(json.WrittenSpan), attachments);
    }

    private static string Refusal(byte[] message) => Assert.Throws<FormatException>(() => Read(message)).Message;

    [Fact]
    public void A_broadcast_is_written_as_the_reference_writes_it()
    {
        var packet = SocketPacket.Event("/", "[\"hello\",\"x\"]"u8.ToArray(), []);
        Assert.Equal(Captured, Convert.ToHexString(BroadcastMessage.Write("jqAS4e", packet, new BroadcastOptions { Rooms = ["room1"] })));
    }

    [Theory]
    [InlineData("""["e","cut \ud83d"]""", """["e","cut �"]""")]
    [InlineData("""["e",{"\ud83d":{"\ude00_placeholder":true}}]""", """["e",{"�":{"�_placeholder":true}}]""")]
    [InlineData("""["e","\ud83d\ude00 \\ud83d"]""", """["e","😀 \\ud83d"]""")]
    public void Half_a_character_which_UTF8_has_not_reaches_other_nodes_as_the_replacement_character(string json, string reached)
    {
        foreach (ReadOnlyMemory<byte>[] attachments in new ReadOnlyMemory<byte>[][] { [], [new byte[] { 1 }] })
        {
            var packet = SocketPacket.Event("/", Encoding.UTF8.GetBytes(json), attachments);
            var read = BroadcastMessage.Read(BroadcastMessage.Write("uid", packet, new BroadcastOptions()), "/")!;
            Assert.Equal(reached, Encoding.UTF8.GetString(read.Packet!.Utf8Json.Span));
        }
    }

    [Fact]
    public void A_broadcast_of_the_reference_is_read()
    {
        var read = BroadcastMessage.Read(Convert.FromHexString(Captured), "/")!;
        Assert.Equal("jqAS4e", read.Uid);
        Assert.Equal("[\"hello\",\"x\"]", Encoding.UTF8.GetString(read.Packet!.Utf8Json.Span));
        Assert.Equal(["room1"], read.Options.Rooms);
        Assert.Null(read.Id);
        Assert.Null(BroadcastMessage.Read(Convert.FromHexString(Captured), "/other"));
    }

    [Fact]
    public void A_recoverable_broadcast_is_that_of_the_reference_with_two_more_elements()
    {
        var packet = SocketPacket.Event("/", "[\"hello\",\"x\"]"u8.ToArray(), []);
        var message = BroadcastMessage.Complete(BroadcastMessage.WriteWithoutId("jqAS4e", packet, new BroadcastOptions { Rooms = ["room1"] }, 5), new StreamId(1_700_000_000_000, 3));
        Assert.Equal("95" + Captured[2..] + "05" + "AF" + Convert.ToHexString("1700000000000-3"u8), Convert.ToHexString(message));
        var own = BroadcastMessage.Read(message, "/", own: "jqAS4e")!;
        Assert.Equal((5, new StreamId(1_700_000_000_000, 3), null), (own.Sequence, own.Id!.Value, own.Packet));
    }

    [Theory]
    [InlineData("C0", "null")]
    [InlineData("D40000", "null")]
    [InlineData("E0", "-32")]
    [InlineData("D0DF", "-33")]
    [InlineData("D18000", "-32768")]
    [InlineData("D280000000", "-2147483648")]
    [InlineData("D38000000000000000", "-9223372036854775808")]
    [InlineData("CFFFFFFFFFFFFFFFFF", "18446744073709551615")]
    [InlineData("CA3FC00000", "1.5")]
    [InlineData("CB7FF8000000000000", "null")]
    [InlineData("CBFFF0000000000000", "null")]
    [InlineData("D6FF00000000", "\"1970-01-01T00:00:00.000Z\"")]
    [InlineData("D7FF1DCD650065920080", "\"2024-01-01T00:00:00.125Z\"")]
    [InlineData("C70CFF07735940FFFFFFFFFFFFFFFF", "\"1969-12-31T23:59:59.125Z\"")]
    [InlineData("A3EDA080", "\"\uFFFD\uFFFD\uFFFD\"")]
    [InlineData("82A0C001C2", "{\"\":null,\"1\":false}")]
    [InlineData("A30A221F", "\"\\u000a\\\"\\u001f\"")]
    [InlineData("DD00000001C3", "[true]")]
    [InlineData("DF00000001A161C3", "{\"a\":true}")]
    public void A_value_of_another_program_becomes_the_JSON_it_means(string hex, string json) => Assert.Equal(json, Read(Convert.FromHexString(hex)).Json);

    [Theory]
    [InlineData("")]
    [InlineData("C1")]
    [InlineData("A2 61")]
    [InlineData("DB FFFFFFFF 61")]
    [InlineData("C6 FFFFFFFF 00")]
    [InlineData("DD FFFFFFFF C0")]
    [InlineData("DF FFFFFFFF C0")]
    [InlineData("92 C0")]
    [InlineData("81 C0 C0")]
    [InlineData("81 90 C0")]
    [InlineData("C7 03 01 000000")]
    [InlineData("C7 05 FF 0000000000")]
    [InlineData("D8 00 00000000000000000000000000000000")]
    [InlineData("C7 0C FF 00000000 7FFFFFFFFFFFFFFF")]
    [InlineData("D7 FF FFFFFFFC00000000")]
    [InlineData("CF 00")]
    public void What_is_malformed_is_refused(string hex) => Assert.NotEmpty(Refusal(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));

    [Fact]
    public void Depth_and_the_number_of_binary_values_are_bounded()
    {
        Read([.. Enumerable.Repeat((byte)0x91, 100), 0xc0]);
        Assert.Contains("deep", Refusal([.. Enumerable.Repeat((byte)0x91, 200_000), 0xc0]), StringComparison.Ordinal);
        Assert.Equal(1_000, Read([0xdc, 0x03, 0xe8, .. Enumerable.Repeat(new byte[] { 0xc4, 0 }, 1_000).SelectMany(b => b)]).Attachments.Count);
        Assert.Contains("binary", Refusal([0xdc, 0x03, 0xe9, .. Enumerable.Repeat(new byte[] { 0xc4, 0 }, 1_001).SelectMany(b => b)]), StringComparison.Ordinal);
        var skipped = Assert.Throws<FormatException>(() =>
        {
            var reader = new MessagePackReader(Enumerable.Repeat((byte)0x91, 200_000).ToArray());
            reader.Skip();
        });
        Assert.Contains("deep", skipped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_length_is_written_in_a_form_that_is_read_back()
    {
        foreach (var length in new[] { 0, 15, 16, 31, 32, 255, 256, 65_535, 65_536 })
        {
            var writer = new MessagePackWriter();
            writer.Array(length + 2);
            writer.Text(new string('x', length));
            writer.Binary(new byte[length]);
            for (var i = 0; i < length; i++)
                writer.Nil();
            var (json, attachments) = Read(writer.Written.ToArray());
            Assert.StartsWith($"[\"{new string('x', length)}\",", json);
            Assert.Equal(length, Assert.Single(attachments).Length);
        }
    }

    [Fact]
    public void Random_bytes_are_read_or_refused_and_nothing_else()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var message = new byte[random.Next(64)];
            random.NextBytes(message);
            if (message.Length > 0 && i % 2 == 0)
                message[0] = 0x93;
            try
            {
                BroadcastMessage.Read(message, "/");
            }
            catch (FormatException)
            {
                // Refused.
            }

            try
            {
                ClusterMessage.Read(message);
            }
            catch (FormatException)
            {
                // Refused.
            }
        }
    }

    [Theory]
    [InlineData("1-2", true)]
    [InlineData("18446744073709551615-18446744073709551615", true)]
    [InlineData("18446744073709551616-0", false)]
    [InlineData("01-2", false)]
    [InlineData("1-02", false)]
    [InlineData("1", false)]
    [InlineData("-1", false)]
    [InlineData("1-", false)]
    [InlineData("1- 2", false)]
    [InlineData("+1-2", false)]
    [InlineData("1-2-3", false)]
    [InlineData("$", false)]
    public void An_offset_is_a_stream_id_in_its_one_spelling(string text, bool valid) => Assert.Equal(valid ? text : null, StreamId.TryParse(text)?.ToString());
}

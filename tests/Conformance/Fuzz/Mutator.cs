using System.Text;

namespace Stoa.Conformance.Fuzz;

/// <summary>Makes packets that are nearly right. The same seed makes the same packets.</summary>
public sealed class Mutator(int seed)
{
    private const int MaxLength = 20_000;
    private const byte Separator = 0x1e;

    // What a client may send, and what is known to be refused: mutations go out from both.
    private static readonly byte[][] Corpus =
    [
        .. new[]
        {
            "40", "40{\"token\":\"abc\"}", "40/custom,", "40/custom,{\"a\":1}", "41", "41/custom,", "42[\"echo\",1]", "42[\"echo\",{\"a\":[1,2,{\"b\":null}]}]",
            "4217[\"ack\",\"x\"]", "42/custom,3[\"echo\",true]", "4312[\"answer\"]", "430[]", "44{\"message\":\"x\"}",
            "451-[\"bin\",{\"_placeholder\":true,\"num\":0}]", "452-/custom,5[\"bin\",{\"_placeholder\":true,\"num\":1},{\"_placeholder\":true,\"num\":0}]",
            "461-7[{\"_placeholder\":true,\"num\":0}]", "2", "3", "1", "5", "6", "2probe", "42[\"connect\"]", "42[\"x\",\"Grüße 😀 \\ud83d\\ude00\"]",
            "42[5,1]", "42abc[1]", "4", "49[\"x\"]", "45", "4599-[\"x\"]", "42[\"echo\",1e308]", "42[\"echo\",9007199254740993]", "42[]", "42{}", "42[\"\"]", "bAAECAwQ=", "b", "bAQ",
            "42[\"echo\",\"\\ud83d\",{\"\\ude00\":\"\\ud83d\\ud83d\\ude00\"}]", "40/custom,{\"token\":\"\\ud83d\"}", "42[\"\\ud83d\",1]",
            "451-9[\"echo\",{\"\\ud83d\":{\"_placeholder\":true,\"num\":0}},\"\\ude00\"]", "42[\"read\",\"\\ud83d\"]", "42[\"read\",\"fine\"]",
        }.Select(Encoding.UTF8.GetBytes),
        [0, 1, 2, 3, 255],
        [],
    ];

    private static readonly byte[][] Splices =
    [
        .. new[]
        {
            "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{\"a\":", "\\u0000", "\\ud800", "\\udc00", "\\u005fplaceholder", "\\", "\u001e", "\"__proto__\":", "{\"_placeholder\":true,\"num\":", "-1}", "99999999999999999999",
            ",", "/", "-", "\0", "null", "]]]]]]", "\"", "/custom,", "\ufeff",
        }.Select(Encoding.UTF8.GetBytes),
        [0xff, 0xfe], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
    ];

    private readonly Random random = new(seed);

    /// <summary>The next packet; nearly one in four is left as it stood, and few are changed much.</summary>
    private byte[] Next()
    {
        var packet = Corpus[random.Next(Corpus.Length)].ToList();
        for (var i = Math.Min(random.Next(8), random.Next(8)); i > 0; i--)
            Change(packet);
        return [.. packet.Take(MaxLength)];
    }

    /// <summary>The next packets, <c>U+001E</c> between them. Three bodies in four are valid UTF-8: the transport refuses any other before a packet is looked at.</summary>
    public byte[] NextBody(int most)
    {
        var body = new List<byte>(Next());
        for (var more = random.Next(most); more > 0; more--)
        {
            body.Add(Separator);
            body.AddRange(Next());
        }

        return Below(4) > 0 ? AsText([.. body]) : [.. body];
    }

    /// <summary>The next packet for a WebSocket, as often valid UTF-8.</summary>
    public byte[] NextMessage() => Below(4) > 0 ? AsText(Next()) : Next();

    /// <summary>How many packets a body holds: what is spliced in may bring more.</summary>
    public static int Count(byte[] body) => body.AsSpan().Count(Separator) + 1;

    /// <summary>The first byte of a WebSocket frame: mostly a whole text or binary message, sometimes any.</summary>
    public byte FrameStart() => random.Next(20) switch
    {
        0 => (byte)random.Next(256),
        1 => 0x82,
        2 => 0x01,
        3 => 0x80,
        4 => 0x89,
        _ => 0x81,
    };

    public int Below(int limit) => random.Next(limit);

    private static byte[] AsText(byte[] packet) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(packet));

    private void Change(List<byte> packet)
    {
        var at = random.Next(packet.Count + 1);
        switch (random.Next(7))
        {
            case 0 when packet.Count > 0:
                packet[random.Next(packet.Count)] = (byte)random.Next(256);
                break;
            case 1 when packet.Count > 0:
                packet[random.Next(packet.Count)] ^= (byte)(1 << random.Next(8));
                break;
            case 2 when packet.Count > 0:
                packet.RemoveRange(at, random.Next(packet.Count - at + 1));
                break;
            case 3:
                packet.InsertRange(at, Splices[random.Next(Splices.Length)]);
                break;
            case 4 when packet.Count is > 0 and < MaxLength:
                packet.InsertRange(at, packet[random.Next(packet.Count)..].ToArray());
                break;
            case 5:
                packet.InsertRange(at, Corpus[random.Next(Corpus.Length)]);
                break;
            default:
                packet.InsertRange(at, Enumerable.Repeat((byte)"[{\"0,-/"[random.Next(7)], random.Next(200)));
                break;
        }
    }
}

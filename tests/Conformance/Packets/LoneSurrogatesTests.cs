using System.Text;
using Stoa.SocketIO.Packets;

namespace Stoa.Conformance.Packets;

/// <summary>Where JSON text spells half a character.</summary>
public sealed class LoneSurrogatesTests
{
    [Theory]
    [InlineData("""["plain größe 😀"]""", """["plain größe 😀"]""")]
    [InlineData("""["\ud83d\ude00"]""", """["\ud83d\ude00"]""")]
    [InlineData("""["\uD83D\uDE00"]""", """["\uD83D\uDE00"]""")]
    [InlineData("""["\\ud83d"]""", """["\\ud83d"]""")]
    [InlineData("""["\\\\ud83d\\"]""", """["\\\\ud83d\\"]""")]
    [InlineData("""["\ud83d"]""", """["\ufffd"]""")]
    [InlineData("""["\\\ud83d"]""", """["\\\ufffd"]""")]
    [InlineData("""["\ude00\ud83d"]""", """["\ufffd\ufffd"]""")]
    [InlineData("""["\ud83d\ud83d\ude00"]""", """["\ufffd\ud83d\ude00"]""")]
    [InlineData("""["\ud83d\u0041"]""", """["\ufffd\u0041"]""")]
    [InlineData("""["\ud83d\n\ude00"]""", """["\ufffd\n\ufffd"]""")]
    [InlineData("""["\uDBFF",{"\udfff":1}]""", """["\ufffd",{"\ufffd":1}]""")]
    [InlineData("""["\ud83d"]x\""", """["\ufffd"]x\""")]
    public void Each_half_becomes_the_replacement_character_and_nothing_else_does(string json, string replaced)
    {
        Assert.Equal(replaced, Encoding.UTF8.GetString(LoneSurrogates.Replace(Encoding.UTF8.GetBytes(json)).Span));
        Assert.Equal(replaced.Split("\\ufffd").Length - 1, LoneSurrogates.Count(Encoding.UTF8.GetBytes(json)));
    }

    [Fact]
    public void A_text_of_the_application_that_holds_one_is_refused()
    {
        LoneSurrogates.Refuse(["größe 😀", "", "\ufffd"], "rooms");

        // Not in attributes, which are kept as UTF-8.
        foreach (var text in new[] { "a\ud83d", "\ude00b", "😀\ud83d😀", "\ude00\ud83d" })
            Assert.StartsWith("not well-formed Unicode", Assert.Throws<ArgumentException>(() => LoneSurrogates.Refuse(["fine", text], "rooms")).Message);
    }
}

using Stoa.Server.Messaging.Redacting;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Redacting;

public sealed class ContactScannerTests
{
    private static readonly ContactScanner Scanner = new(["example.org"]);

    [Theory]
    [InlineData("mail a@b.com now", "mail \u2022\u2022\u2022 now")]
    [InlineData("call 1234567.", "call \u2022\u2022\u2022.")]
    [InlineData("call +1 555 999 9999 at 10 or 11 am", "call \u2022\u2022\u2022 at 10 or 11 am")]
    [InlineData("call +1 555 999 9999 said-431-word", "call \u2022\u2022\u2022 said-431-word")]
    [InlineData("my number is 0171 2345678 and flat 431 is mine", "my number is \u2022\u2022\u2022 and flat 431 is mine")]
    [InlineData("ring 555 999 and then 999 please", "ring \u2022\u2022\u2022 please")]
    [InlineData("call +1 555 999 9999 said-84-word", "call \u2022\u2022\u2022 said-84-word")]
    [InlineData("0171 234 dash 56 dash 78", "\u2022\u2022\u2022")]
    [InlineData("see https://x.com/a?b=c, ok", "see \u2022\u2022\u2022, ok")]
    [InlineData("see WWW.X.COM", "see \u2022\u2022\u2022")]
    [InlineData("+49 151 234 56 78 or +49 30 123456", "\u2022\u2022\u2022 or \u2022\u2022\u2022")]
    [InlineData("please send it to foo&#64;bar&period;com today", "please send it to \u2022\u2022\u2022 today")]
    [InlineData("see https%253A%252F%252Fx.com%252Fana, ok", "see \u2022\u2022\u2022, ok")]
    [InlineData("去www.x.com看看", "去\u2022\u2022\u2022看看")]
    [InlineData("请发到foo.bar@x.com谢谢", "请发到\u2022\u2022\u2022谢谢")]
    [InlineData("call13912345678now", "call\u2022\u2022\u2022now")]
    [Requirement("S0-18", "S0-19", "S0-20", "S0-21", "S0-22")]
    public void A_hit_becomes_three_bullets_and_nothing_around_it_is_lost(string text, string expected) =>
        Assert.Equal(expected, ContactScanner.Replace(text, Scanner.Scan(text)));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("https://example.org/a and shop.example.org/b are ours")]
    [Requirement("S0-22")]
    public void What_gives_nothing_away_stays_the_same_text(string text)
    {
        Assert.Empty(Scanner.Scan(text));
        Assert.Same(text, ContactScanner.Replace(text, []));
    }

    [Fact]
    public void Hits_lie_within_the_text_in_order_whatever_the_text()
    {
        var random = new Random(20240512);
        string[] pieces = ["a@b.com", "5551234", " at ", " dot ", ".", "@", "(", ")", "com", "www.", "http://",
            "\n", " ", "٣", "1️⃣", "😀", "\ud800", "telegram:", "ana_9", "#1234", "--", "\u200b"];
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => pieces[random.Next(pieces.Length)]));
            var at = 0;
            foreach (var hit in Scanner.Scan(text))
            {
                Assert.InRange(hit.Start, at, text.Length - 1);
                Assert.InRange(hit.Length, 1, text.Length - hit.Start);
                at = hit.End;
            }
        }
    }

    /// <summary>Not a time limit: doubling the text may not cost more than a few times as much, whatever it is made of.</summary>
    [Fact]
    public void The_work_grows_with_the_length_alone()
    {
        string[] hostile =
            ["1 ", "1-", "a.", "a@", "@", "at ", "a at ", "dot ", "five ", "double ", "a-a.",
                 "www.", "http://", "(", "(at)", "telegram ", "o", "1,000", "_1", "\u0430.", "1.1.1.1 ", "x#1234", "- - - 1",
                "&#64;", "&amp;", "%25", "%2", "一", "点", "quatre-vingt-", "a_at_", "aAT", "t e ", "@ a ",
                "insta ", "username ", "1 then ", "dot com "];
        Assert.All(hostile, static piece =>
        {
            var small = Allocated(string.Concat(Enumerable.Repeat(piece, 2_000)));
            var large = Allocated(string.Concat(Enumerable.Repeat(piece, 16_000)));
            Assert.True(large < 8 * 3 * small, $"'{piece}': {small:n0} bytes for 2,000, {large:n0} for 16,000");
        });
    }

    // Bytes instead of seconds: they do not depend on what else the machine does, and no rule works without making tokens.
    private static long Allocated(string text)
    {
        Scanner.Scan(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Scanner.Scan(text);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}

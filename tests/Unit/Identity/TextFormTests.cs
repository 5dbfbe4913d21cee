using Stoa.Core.Text;
using Stoa.Server.Identity;
using Xunit;

namespace Unit.Identity;

/// <summary>What looks the same is the same: names, addresses, passwords. Samples checked against ICU.</summary>
public sealed class TextFormTests
{
    [Theory]
    [InlineData("jose\u0301", "jos\u00E9")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("a\u0308\u0323", "\u1EA1\u0308")]
    [InlineData("\u00E4\u0323", "\u1EA1\u0308")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("plain", "plain")]
    [InlineData("🙂", "🙂")]
    public void A_text_has_one_normal_form(string written, string form)
    {
        Assert.Equal(form, NormalForm.C(written));
        Assert.Equal(form, NormalForm.C(form));
    }

    [Theory]
    [InlineData("JOSE\u0301", "jos\u00E9")]
    [InlineData("Ａｎａ", "ana")]
    [InlineData(" x@Bücher.example ", "x@xn--bcher-kva.example")]
    [InlineData("x@xn--bcher-kva.example", "x@xn--bcher-kva.example")]
    [InlineData("ÄRGER", "ärger")]
    public void Names_and_addresses_are_compared_by_what_they_look_like(string written, string key) => Assert.Equal(key, ComparedText.KeyOf(written));

    [Theory]
    [InlineData("ana", true)]
    [InlineData("josé", true)]
    [InlineData("муза", true)]
    [InlineData("山田tarou", true)]
    [InlineData("नमस्ते", true)]
    [InlineData("ana.b-c_d+1", true)]
    [InlineData("p\u0430ypal", false)] // a Cyrillic a
    [InlineData("\u03BFpen", false)] // a Greek o
    [InlineData("ana\u200B", false)]
    [InlineData("a\u00ADna", false)]
    [InlineData("\uFEFFana", false)]
    [InlineData("ana\u202E", false)]
    [InlineData("\u3164", false)]
    [InlineData("\u2800", false)]
    [InlineData("\u0301", false)]
    [InlineData("a b", false)]
    [InlineData("🙂", false)]
    public void A_user_name_is_visible_and_of_one_writing_system(string name, bool isTaken) => Assert.Equal(isTaken, new UsernameAttribute().IsValid(name));

    [Theory]
    [InlineData("Ana 山田", true)]
    [InlineData("Анна Müller", true)]
    [InlineData("نامه\u200Cها", true)]
    [InlineData("Ana 👩\u200D👧 ☀️", true)]
    [InlineData("Ana\u200B", false)]
    [InlineData("Ana\u202Enimda", false)]
    [InlineData("ana\u200Dben", false)]
    [InlineData("\u3164", false)]
    public void A_shown_name_may_mix_scripts_and_holds_nothing_invisible(string name, bool isTaken) => Assert.Equal(isTaken, new ShownNameAttribute().IsValid(name));

    [Theory]
    [InlineData("ana.b+tag@example.org", true)]
    [InlineData("o'neill@example.co.uk", true)]
    [InlineData("ana@bücher.example", true)]
    [InlineData("ана@пример.рф", true)]
    [InlineData("a..b@example.org", false)]
    [InlineData(".a@example.org", false)]
    [InlineData("a.@example.org", false)]
    [InlineData("a@b@example.org", false)]
    [InlineData("a@example", false)]
    [InlineData("a@-example.org", false)]
    [InlineData("a@example-.org", false)]
    [InlineData("a@exa_mple.org", false)]
    [InlineData("a@example..org", false)]
    [InlineData("a\u200B@example.org", false)]
    [InlineData("😀@example.org", false)]
    [InlineData("a\u0007@example.org", false)]
    [InlineData("a b@example.org", false)]
    [InlineData("\"a\"@example.org", false)]
    [InlineData("a@[127.0.0.1]", false)]
    [InlineData("a@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org", false)]
    public void An_address_is_one_that_mail_can_be_written_to(string address, bool isTaken) => Assert.Equal(isTaken, new MailAddressAttribute().IsValid(address));
}

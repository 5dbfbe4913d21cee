using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MimeKit;
using Stoa.Core.Accounts;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail;
using Stoa.Server.Mail.Kinds;
using Stoa.Server.Mail.Letters;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Mail;

[Requirement("S2-28", "S4-130")]
public sealed class LetterTests
{
    private const string Hostile = "<script>alert(1)</script> & \"Söhne\"";
    private static readonly DateTimeOffset Then = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    public static TheoryData<string> Kinds => [.. All("Ana", "x").Keys];

    [Theory, MemberData(nameof(Kinds))]
    public async Task A_letter_is_text_first_and_page_last_and_both_say_the_same(string kind)
    {
        var letter = All("Ana", "Stoa")[kind];
        var message = await Writing().WriteAsync(new Envelope(new Mailbox("ana@example.org", "Ana"), letter), 7, TestContext.Current.CancellationToken);

        var body = Assert.IsType<MultipartAlternative>(message.Body);
        Assert.Equal(["text/plain", "text/html"], body.Select(static p => p.ContentType.MimeType));
        Assert.DoesNotContain("<", message.TextBody, StringComparison.Ordinal);
        Assert.Contains(letter.Greeting, message.TextBody, StringComparison.Ordinal);
        Assert.Contains(letter.Greeting, message.HtmlBody, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("max-width:600px", message.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", message.HtmlBody, StringComparison.Ordinal);
        Assert.DoesNotContain("src=", message.HtmlBody, StringComparison.Ordinal); // nothing is loaded from anywhere: no tracking
        foreach (var link in letter.Text.Split().Where(static w => w.StartsWith("https://", StringComparison.Ordinal)))
            Assert.Contains(link, message.HtmlBody, StringComparison.Ordinal);
        Assert.Equal(Then, message.Date);
        Assert.EndsWith("@stoa.example", message.MessageId, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Kinds))]
    public async Task What_people_wrote_is_text_in_the_page_and_itself_in_the_text(string kind)
    {
        var letter = All(Hostile, Hostile)[kind];

        var page = await Writing().RenderAsync(letter);

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
        Assert.Contains(Hostile, letter.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ana\r\nBcc: everybody@example.org", "fine", "ana@example.org")]
    [InlineData("Ana\nBcc: everybody@example.org", "fine", "ana@example.org")]
    [InlineData("Ana", "Hello\r\nBcc: everybody@example.org", "ana@example.org")]
    [InlineData("Ana", "Hello\rX: y", "ana@example.org")]
    [InlineData("Ana", "Hello\0", "ana@example.org")]
    [InlineData("Ana", "fine", "ana@example.org\r\nBcc: everybody@example.org")]
    [InlineData("Ana", "fine", "ana@example.org, everybody@example.org")]
    [InlineData("Ana", "fine", "ana@example.org\n")]
    [InlineData("Ana", "fine", "no-address")]
    [InlineData("Ana", "fine", "")]
    [Requirement("S2-27")]
    public async Task A_line_break_in_a_header_is_refused(string name, string subject, string address)
    {
        var letter = new CampaignLetter("Stoa", null, new Campaign(subject, "x", [], null, null));

        await Assert.ThrowsAsync<SendingRefusedException>(() => Writing().WriteAsync(new Envelope(new Mailbox(address, name), letter), 1, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Names_with_separators_and_umlauts_stay_one_name()
    {
        var envelope = new Envelope(new Mailbox("ana@example.org", "Müller, Ana \"Bo\" <x@y>"), new CampaignLetter("Stoa", null, new Campaign("Größe", "x", [], null, null)));
        using var stream = new MemoryStream();
        await (await Writing().WriteAsync(envelope, 1, TestContext.Current.CancellationToken)).WriteToAsync(stream, TestContext.Current.CancellationToken);

        var text = Encoding.ASCII.GetString(stream.ToArray());
        stream.Position = 0;
        var read = await MimeMessage.LoadAsync(stream, TestContext.Current.CancellationToken);
        var only = Assert.Single(read.To.Mailboxes);
        Assert.Equal(("ana@example.org", "Müller, Ana \"Bo\" <x@y>"), (only.Address, only.Name));
        Assert.Contains("Subject: =?utf-8?", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ana Müller", "Ana Müller")]
    [InlineData("  J. R. O'Neil-Smith ", "J. R. O'Neil-Smith")]
    [InlineData("Ana\r\nB", "Ana  B")]
    [InlineData("Win at https://evil.example", null)]
    [InlineData("evil.example", null)]
    [InlineData("www.evil", null)]
    [InlineData("mail me@evil", null)]
    [InlineData("<b>Ana</b>", null)]
    [InlineData("Bank, call +49 151 23456789", null)]
    [InlineData("Ana 1984", "Ana 1984")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_name_that_could_become_a_link_is_not_repeated(string? name, string? spoken) => Assert.Equal(spoken, Mailbox.Spoken(name));

    [Fact]
    public void A_very_long_name_is_not_repeated() => Assert.Null(Mailbox.Spoken(new string('x', 101)));

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("/relative")]
    [InlineData("ftp://example.org")]
    public void Only_web_addresses_stand_behind_a_link(string link)
    {
        Assert.Throws<ArgumentException>(() => CampaignMail.Content(new Campaign("x", "x", [], "x", link)));
        Assert.Throws<ArgumentException>(() => DigestMail.Content(new Digest("day", 1, [new DigestItem("x", null, link, Then)])));
    }

    [Fact]
    public void A_subject_of_several_lines_is_not_queued() =>
        Assert.Throws<ArgumentException>(() => CampaignMail.Content(new Campaign("a\nb", "x", [], null, null)));

    [Fact, Requirement("S2-20")]
    public void A_token_has_64_letters_and_digits_and_never_comes_twice()
    {
        var tokens = Enumerable.Range(0, 10_000).Select(static _ => MailedLink.NewToken()).ToList();

        Assert.All(tokens, static t => Assert.True(t.Length == 64 && t.All(char.IsAsciiLetterOrDigit)));
        Assert.Equal(tokens.Count, tokens.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(62, tokens.SelectMany(static t => t).Distinct().Count());
    }

    [Theory]
    [InlineData("Firefox/140.0", "10.1.2.3", "Firefox/141.0", "10.1.9.9", true)]
    [InlineData("Firefox/140.0", "10.1.2.3", "Firefox/140.0", "10.2.2.3", false)]
    [InlineData("Firefox/140.0", "10.1.2.3", "Chrome/140.0", "10.1.2.3", false)]
    [InlineData("Firefox/140.0", "::ffff:10.1.2.3", "Firefox/140.0", "10.1.2.3", true)]
    [InlineData("Firefox/140.0", "2001:db8:1::1", "Firefox/140.0", "2001:db8:2::2", true)]
    [InlineData("Firefox/140.0", "2001:db8:1::1", "Firefox/140.0", "2001:db9:1::1", false)]
    [InlineData(null, null, "", "", true)]
    public void A_device_is_its_client_and_its_network(string? client, string? address, string otherClient, string otherAddress, bool isSame) =>
        Assert.Equal(isSame, Session.DeviceKeyOf(client, address) == Session.DeviceKeyOf(otherClient, otherAddress));

    private static Dictionary<string, Letter> All(string name, string site) => new(StringComparer.Ordinal)
    {
        ["welcome"] = new WelcomeLetter(site, name, "https://app.example.org/verify-email?token=abc"),
        ["verification"] = new VerificationLetter(site, name, "https://app.example.org/verify-email?token=abc"),
        ["reset"] = new PasswordResetLetter(site, name, "https://app.example.org/auth/reset-password?token=abc", 1),
        ["reset done"] = new PasswordResetDoneLetter(site, name, Then),
        ["reset done, voided"] = new PasswordResetDoneLetter(site, name, Then, AlsoVoided: true),
        ["security notice"] = new SecurityNoticeLetter(site, name, "the password was changed.", Then, "Firefox on Windows", "10.1.2.3"),
        ["new address"] = new ProveNewEmailLetter(site, "https://app.example.org/confirm-email?token=abc"),
        ["old address"] = new StopEmailChangeLetter(site, "https://app.example.org/undo-email?token=abc", Then),
        ["new device"] = new NewDeviceLetter(site, name, site, "10.1.2.3", Then),
        ["digest"] = new DigestLetter(site, name, new Digest("week", 5, [new DigestItem(site, site, "https://app.example.org/n/1", Then), new DigestItem("second", null, null, Then)])),
        ["campaign"] = new CampaignLetter(site, name, new Campaign("New", site, [site, "second"], "Look", "https://app.example.org/c/1")),
    };

    private static MailWriting Writing() => new(
        new ServiceCollection().BuildServiceProvider(), NullLoggerFactory.Instance, new MailSettings { FromEmail = "noreply@stoa.example", FromName = "Zürich" }, new Standing());

    private sealed class Standing : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Then;
    }
}

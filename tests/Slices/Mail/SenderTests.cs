using System.Net;
using System.Net.Sockets;
using MimeKit;
using MimeKit.Text;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Mail.Sending;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Mail;

/// <summary>What every way out of the house does.</summary>
public abstract class SenderTests
{
    [Fact]
    public async Task Mails_arrive_as_they_were_written_one_after_the_other()
    {
        await using (var sender = Open())
        {
            await sender.SendAsync(Message("ana@example.org", "Grüße 😀", ".dot\r\n..two\r\nFrom here\r\n" + new string('x', 3000) + "\r\nGrüße 😀"), 1, TestContext.Current.CancellationToken);
            await sender.SendAsync(Message("ben@example.org", "second", "short"), 2, TestContext.Current.CancellationToken);
        }

        var mails = await ArrivedAsync(2);

        Assert.Equal(["Grüße 😀", "second"], mails.Select(static m => m.Subject));
        Assert.All(mails, static m => Assert.Empty(m.Defects));
        Assert.Equal(".dot\n..two\nFrom here\n" + new string('x', 3000) + "\nGrüße 😀", mails[0].Text.ReplaceLineEndings("\n").TrimEnd('\n'));
        Assert.Equal("<p>short</p>", mails[1].Html.TrimEnd('\r', '\n'));
        Assert.All(mails, static m => Assert.DoesNotContain('\n', m.Raw.Replace("\r\n", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Nowhere_to_send_to_is_a_delay_that_the_next_mail_would_meet_too()
    {
        await using var sender = OpenBroken();

        var delayed = await Assert.ThrowsAsync<SendingDelayedException>(() => sender.SendAsync(Message("ana@example.org", "x", "y"), 1, TestContext.Current.CancellationToken));

        Assert.True(delayed.IsCarrierGone);
    }

    [Fact]
    public async Task Sending_can_be_given_up()
    {
        await using var sender = Open();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sender.SendAsync(Message("ana@example.org", "x", "y"), 1, new CancellationToken(canceled: true)));
    }

    protected abstract IMailSender Open();

    protected abstract IMailSender OpenBroken();

    protected abstract Task<List<ReceivedMail>> ArrivedAsync(int count);

    private protected static MimeMessage Message(string to, string subject, string text)
    {
        var message = new MimeMessage { Subject = subject, Date = new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.Zero) };
        message.From.Add(new MailboxAddress("Stoa", "noreply@stoa.example"));
        message.To.Add(new MailboxAddress(null, to));
        message.Body = new MultipartAlternative(
            new TextPart(TextFormat.Plain) { Text = text, ContentTransferEncoding = ContentEncoding.QuotedPrintable },
            new TextPart(TextFormat.Html) { Text = $"<p>{text}</p>", ContentTransferEncoding = ContentEncoding.QuotedPrintable });
        return message;
    }
}

public sealed class FolderSenderTests : SenderTests, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-mail-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Only_the_servers_own_account_may_read_what_lies_there()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");
        await Mails_arrive_as_they_were_written_one_after_the_other();

        Assert.Equal(2, Directory.GetFiles(Path.Combine(folder, "mail")).Length); // and nothing unfinished
        Assert.All(Directory.GetFiles(Path.Combine(folder, "mail")), static f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(f)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(folder, "mail")));
    }

    protected override IMailSender Open() => new FolderSender(Path.Combine(folder, "mail"));

    protected override IMailSender OpenBroken()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        return new FolderSender(Path.Combine(folder, "file"));
    }

    protected override async Task<List<ReceivedMail>> ArrivedAsync(int count)
    {
        var mails = new List<ReceivedMail>();
        foreach (var file in Directory.GetFiles(Path.Combine(folder, "mail")).Order(StringComparer.Ordinal))
            mails.Add(await new WrittenMail(file).ReadByPythonAsync());
        Assert.Equal(count, mails.Count);
        return mails;
    }
}

public sealed class SmtpSenderTests : SenderTests, IAsyncLifetime
{
    private SmtpServer smtp = null!;

    public async ValueTask InitializeAsync() => smtp = await SmtpServer.StartAsync();

    public ValueTask DisposeAsync()
    {
        smtp.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("trusted", "")]
    [InlineData("unknown authority", "SslHandshakeException")]
    [InlineData("wrong name", "SslHandshakeException")]
    [InlineData("wrong password", "AuthenticationException")]
    public async Task Only_a_certificate_that_holds_and_the_right_password_open_the_way(string trouble, string said)
    {
        using var tls = await SmtpServer.StartAsync("starttls", "require-tls", "auth=stoa:right");
        await using var sender = new SmtpSender(new MailSettings
        {
            SmtpServer = trouble == "wrong name" ? "127.0.0.1" : "localhost",
            SmtpPort = tls.Port,
            SmtpCaFile = trouble == "unknown authority" ? "" : tls.CaFile,
            SmtpUsername = "stoa",
            SmtpPassword = trouble == "wrong password" ? "wrong" : "right",
        });

        var fault = await Record.ExceptionAsync(() => sender.SendAsync(Message("ana@example.org", "x", "y"), 1, TestContext.Current.CancellationToken));

        if (trouble == "trusted")
            Assert.Null(fault);
        else
            Assert.StartsWith(said, Assert.IsType<SendingDelayedException>(fault).Message, StringComparison.Ordinal);
        Assert.Equal(trouble == "trusted" ? 1 : 0, tls.Count);
    }

    [Fact]
    public async Task When_starttls_is_demanded_a_server_without_it_gets_nothing()
    {
        await using var sender = new SmtpSender(new MailSettings { SmtpServer = "127.0.0.1", SmtpPort = smtp.Port, SmtpSecurity = SmtpSecurity.StartTls });

        await Assert.ThrowsAsync<SendingDelayedException>(() => sender.SendAsync(Message("ana@example.org", "x", "y"), 1, TestContext.Current.CancellationToken));

        Assert.Equal(0, smtp.Count);
    }

    [Theory]
    [InlineData("never@example.org", true)]
    [InlineData("later@example.org", false)]
    public async Task A_refusal_of_one_mail_is_no_refusal_of_the_next(string to, bool isFinal)
    {
        await using var sender = Open();

        var fault = await Record.ExceptionAsync(() => sender.SendAsync(Message(to, "x", "y"), 1, TestContext.Current.CancellationToken));
        await sender.SendAsync(Message("ana@example.org", "x", "y"), 2, TestContext.Current.CancellationToken);

        Assert.Equal(isFinal, fault is SendingRefusedException);
        Assert.Equal(!isFinal, fault is SendingDelayedException { IsCarrierGone: false });
        Assert.Equal("ana@example.org", Assert.Single(await ArrivedAsync(1)).To);
    }

    protected override IMailSender Open() => new SmtpSender(new MailSettings { SmtpServer = "127.0.0.1", SmtpPort = smtp.Port });

    protected override IMailSender OpenBroken()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return new SmtpSender(new MailSettings { SmtpServer = "127.0.0.1", SmtpPort = ((IPEndPoint)listener.LocalEndpoint).Port });
    }

    protected override Task<List<ReceivedMail>> ArrivedAsync(int count) => smtp.ReceivedAsync(count);
}

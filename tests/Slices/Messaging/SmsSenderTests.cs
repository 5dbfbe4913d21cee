using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;
using Stoa.Server.Messaging.Sms.Sending;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>What every way out for SMS does.</summary>
public abstract class SmsSenderTests
{
    [Fact]
    public async Task Sms_leave_as_they_were_written()
    {
        var text = "Grüße 😀 & 1+1=2 %41\n" + new string('x', 1500);

        await Open().SendAsync(new("+15550199", "+15550100", text), 1, TestContext.Current.CancellationToken);
        await Open().SendAsync(new("12345", "+15550101", "second"), 2, TestContext.Current.CancellationToken);

        Assert.Equal([new("+15550199", "+15550100", text), new("12345", "+15550101", "second")], await ArrivedAsync());
    }

    [Fact]
    public async Task Nowhere_to_send_to_is_a_delay() =>
        await Assert.ThrowsAsync<SendingDelayedException>(() => OpenBroken().SendAsync(new("+15550199", "+15550100", "x"), 1, TestContext.Current.CancellationToken));

    [Fact]
    public async Task Sending_can_be_given_up() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Open().SendAsync(new("+15550199", "+15550100", "x"), 1, new CancellationToken(canceled: true)));

    protected abstract ISmsSender Open();

    protected abstract ISmsSender OpenBroken();

    protected abstract Task<List<SentSms>> ArrivedAsync();
}

public sealed class SmsFolderTests : SmsSenderTests, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-sms-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    protected override ISmsSender Open() => new FolderSender(Path.Combine(folder, "sms"), new ManualClock());

    protected override ISmsSender OpenBroken()
    {
        File.WriteAllText(Path.Combine(folder, "file"), "");
        return new FolderSender(Path.Combine(folder, "file"), new ManualClock());
    }

    protected override Task<List<SentSms>> ArrivedAsync() => Task.FromResult(Directory.GetFiles(Path.Combine(folder, "sms")).Order(StringComparer.Ordinal).Select(static f =>
    {
        var (lines, text) = (File.ReadAllLines(f), File.ReadAllText(f));
        return new SentSms(lines[0]["From: ".Length..], lines[1]["To: ".Length..], text[(text.IndexOf("\n\n", StringComparison.Ordinal) + 2)..^1]);
    }).ToList());
}

public sealed class TwilioSenderTests : SmsSenderTests, IAsyncLifetime
{
    private readonly List<TwilioSender> opened = [];
    private TwilioServer twilio = null!;

    public async ValueTask InitializeAsync() => twilio = await TwilioServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(static s => s.Dispose());
        await twilio.DisposeAsync();
    }

    [Theory]
    [InlineData(400, false)]
    [InlineData(403, false)]
    [InlineData(404, false)]
    [InlineData(401, true)]
    [InlineData(408, true)]
    [InlineData(429, true)]
    [InlineData(302, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    public async Task Only_what_twilio_will_refuse_again_is_final(int status, bool isDelay)
    {
        twilio.Then(status, """{"code":21211,"message":"The number +15550100 is wrong"}""");

        var said = await Assert.ThrowsAnyAsync<Exception>(() => Open().SendAsync(new("+15550199", "+15550100", "x"), 1, TestContext.Current.CancellationToken));

        Assert.Equal(isDelay ? typeof(SendingDelayedException) : typeof(SendingRefusedException), said.GetType());
        Assert.Equal($"Twilio answered {status} (code 21211)", said.Message);
        Assert.Equal(1, twilio.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("""{"sid":7,"code":"x"}""")]
    public async Task An_unreadable_receipt_does_not_send_it_again(string receipt)
    {
        twilio.Then(201, receipt);

        Assert.Null(await Open().SendAsync(new("+15550199", "+15550100", "x"), 1, TestContext.Current.CancellationToken));
    }

    protected override ISmsSender Open() => At(twilio.Address + "/");

    protected override ISmsSender OpenBroken() => At("http://127.0.0.1:1");

    protected override Task<List<SentSms>> ArrivedAsync() => twilio.TakenAsync(2);

    private TwilioSender At(string url)
    {
        var sender = new TwilioSender(new SmsSettings { AccountSid = TwilioServer.Account, AuthToken = TwilioServer.Token, TwilioUrl = url });
        opened.Add(sender);
        return sender;
    }
}

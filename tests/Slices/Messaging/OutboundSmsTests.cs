using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Outbox;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>What the desk answers to who wrote by SMS.</summary>
public sealed class OutboundSmsTests
{
    private const string Anas = "+15550100";

    [Theory, EachDatabase]
    [Requirement("S1-81")]
    public async Task The_desk_answers_where_it_was_asked(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var stoa = Start(database, twilio, ("Sms:PhoneNumber", "+15550111"));
        var (root, ana) = (await stoa.SuperuserAsync(), await AnaAsync(stoa));

        await AnswerAsync(root, ana, "before any SMS");
        await DeliverAsync(stoa, "help", "SM1");
        await AnswerAsync(root, ana, "Grüße & 1+1=2 😀");
        (await ana.PostAsync("/api/conversations/admin/messages", new { content = "I am at the computer now" })).Is(201);
        await AnswerAsync(root, ana, "then here");
        await DeliverAsync(stoa, "away again", "SM2");
        await AnswerAsync(root, ana, "and there again");

        var sent = await twilio.TakenAsync(3);
        Assert.Contains(" is your code for Stoa", sent[0].Body, StringComparison.Ordinal);
        Assert.Equal([new("+15550111", Anas, "Grüße & 1+1=2 😀"), new("+15550111", Anas, "and there again")], sent[1..]);
        await Eventually.IsAsync(3, () => stoa.AskAsync(db => db.SmsMessages.CountAsync(s => s.State == OutgoingState.Sent && s.CarrierSid != null, TestContext.Current.CancellationToken)));
        Assert.Equal(3, twilio.Requests);
    }

    [Theory, EachDatabase]
    public async Task What_passes_is_tried_again_and_what_is_refused_is_not(Database database)
    {
        await using var twilio = (await TwilioServer.StartAsync()).Then(429).Then(503, "<html>").Then(500, """{"code":20500}""")
            .Then(400, """{"code":21211,"message":"The 'To' number +15550100 is not a valid phone number.","status":400}""");
        await using var stoa = Start(database, twilio);
        var (root, ana) = (await stoa.SuperuserAsync(), await AnaAsync(stoa));
        await DeliverAsync(stoa, "help", "SM1");

        await AnswerAsync(root, ana, "first");
        await Eventually.IsAsync("Twilio answered 400 (code 21211)", () => stoa.AskAsync(
            db => db.SmsMessages.Where(s => s.State == OutgoingState.Failed).Select(s => s.LastError).SingleOrDefaultAsync(TestContext.Current.CancellationToken)));
        await AnswerAsync(root, ana, "second");

        Assert.Equal("second", (await twilio.TakenAsync(1)).Single().Body);
        Assert.Equal("+15550199", (await twilio.TakenAsync(1)).Single().From); // no number of our own is set: from the one that was written to
        Assert.Equal(5, twilio.Requests);
        Assert.Equal(4, await stoa.AskAsync(db => db.SmsMessages.Where(s => s.State == OutgoingState.Failed).Select(s => s.Attempts).SingleAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task A_wrong_token_or_no_carrier_is_a_delay_and_time_ends_it(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(
            database, clock, ("Sms:AccountSid", TwilioServer.Account), ("Sms:AuthToken", "wrong"), ("Sms:TwilioUrl", twilio.Address), ("Sms:GiveUpAfter", "00:01:00"), Trusting);
        var (root, ana) = (await stoa.SuperuserAsync(), await StatedAnaAsync(stoa));
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, "help", "SM1"), token: "wrong")).Is(200);
        await AnswerAsync(root, ana, "hello");
        await Eventually.IsAsync(1, () => stoa.AskAsync(db => db.SmsMessages.CountAsync(TestContext.Current.CancellationToken)));

        var row = await Eventually.GetAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return await stoa.AskAsync(db => db.SmsMessages.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken));
            },
            static s => s.State == OutgoingState.Failed, static s => $"{s.State} after {s.Attempts}");

        // At once, after 10 s, after 30 s more; the next would come after its minute.
        Assert.Equal((3, "Twilio answered 401 (code 20003)"), (row.Attempts, row.LastError));
        Assert.Equal(3, twilio.Requests);
    }

    [Theory, EachDatabase]
    public async Task Nothing_goes_to_a_number_that_is_not_the_accounts_any_more(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var stoa = Start(database, twilio);
        var (root, ana) = (await stoa.SuperuserAsync(), await AnaAsync(stoa));
        await DeliverAsync(stoa, "help", "SM1");
        await stoa.AskAsync(db => db.WriteAsync(
            () => db.Users.Where(u => u.Id == ana.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.PhoneNumber, "+15550102"), TestContext.Current.CancellationToken), TestContext.Current.CancellationToken));

        await AnswerAsync(root, ana, "for ana alone");
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms("+15550102", "my new number", "SM2"))).Is(200);
        await AnswerAsync(root, ana, "hello again");

        Assert.Equal([new("+15550199", "+15550102", "hello again")], await twilio.TakenAsync(1));
        Assert.Equal(1, await stoa.AskAsync(db => db.SmsMessages.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task Who_marks_their_own_message_as_an_sms_is_not_answered_by_one(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var stoa = Start(database, twilio);
        var (root, ana) = (await stoa.SuperuserAsync(), await AnaAsync(stoa));

        (await ana.PostAsync("/api/conversations/admin/messages", new { content = "x", clientMessageId = "sms:SM1" })).Is(201);
        await AnswerAsync(root, ana, "in the app");
        await DeliverAsync(stoa, "help", "SM2");
        await AnswerAsync(root, ana, "by SMS");

        Assert.Equal(["by SMS"], (await twilio.TakenAsync(1)).Select(static s => s.Body));
    }

    [Theory, EachDatabase]
    public async Task A_long_answer_goes_in_numbered_parts(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var stoa = Start(database, twilio);
        var (root, ana) = (await stoa.SuperuserAsync(), await AnaAsync(stoa));
        await DeliverAsync(stoa, "help", "SM1");

        await AnswerAsync(root, ana, string.Join(' ', Enumerable.Repeat("word", 700)));

        var sent = await twilio.TakenAsync(3);
        Assert.Equal(["(1/3) word", "(2/3) word", "(3/3) word"], sent.Select(static s => s.Body[..10]));
        Assert.All(sent, static s => Assert.InRange(s.Body.Length, 1, 1600));
    }

    [Theory, EachDatabase]
    public async Task Without_an_account_answers_lie_in_a_folder(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Sms:AuthToken", TwilioServer.Token), ("Sms:PollInterval", "00:00:00.050"), Trusting);
        var (root, ana) = (await stoa.SuperuserAsync(), await StatedAnaAsync(stoa));
        await DeliverAsync(stoa, "help", "SM1");

        await AnswerAsync(root, ana, "Grüße\n😀");

        var folder = Path.Combine(stoa.Folder, "sms");
        var files = await Eventually.GetAsync(() => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sms") : [], static f => f.Length == 1, static f => $"{f.Length} files");
        Assert.Equal($"From: +15550199\nTo: {Anas}\n\nGrüße\n😀\n", await File.ReadAllTextAsync(files[0], TestContext.Current.CancellationToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files[0]));
    }

    [Theory, EachDatabase(PostgresOnly = true)]
    public async Task Two_servers_on_one_database_send_each_answer_once(Database database)
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var fresh = new FreshDatabase(database);
        await using var one = StoaServer.On(fresh.Target.Connection, database, Settings(twilio));
        await using var two = StoaServer.On(fresh.Target.Connection, database, Settings(twilio));
        var (root, ana) = (await one.SuperuserAsync(), await AnaAsync(one));
        await DeliverAsync(one, "help", "SM1");

        for (var i = 0; i < 20; i++)
            await AnswerAsync(root, ana, Text(i));

        await twilio.TakenAsync(20);
        await Eventually.IsAsync(20, () => two.AskAsync(db => db.SmsMessages.CountAsync(s => s.State == OutgoingState.Sent, TestContext.Current.CancellationToken)));
        Assert.Equal(20, twilio.Requests);
    }

    [Theory, EachDatabase]
    public async Task Numbers_are_forgotten_in_time(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Sms:AuthToken", TwilioServer.Token), ("Sms:KeepFor", "02:00:00"));
        await AnaAsync(stoa);
        await DeliverAsync(stoa, "help", "SM1");
        Assert.Equal(1, await stoa.AskAsync(db => db.ReceivedSms.CountAsync(TestContext.Current.CancellationToken)));

        clock.Advance(TimeSpan.FromHours(3));

        await Eventually.IsAsync(0, async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return await stoa.AskAsync(db => db.ReceivedSms.CountAsync(TestContext.Current.CancellationToken));
        });
    }

    private static (string, string) Trusting => ("Sms:TrustStatedNumbers", "true");

    private static (string, string)[] Settings(TwilioServer twilio) =>
    [
        ("Sms:AccountSid", TwilioServer.Account), ("Sms:AuthToken", TwilioServer.Token), ("Sms:TwilioUrl", twilio.Address),
        ("Sms:PollInterval", "00:00:00.050"), ("Sms:FirstRetry", "00:00:00.100"),
    ];

    private static StoaServer Start(Database database, TwilioServer twilio, params (string, string)[] more) => StoaServer.Start(database, null, [.. Settings(twilio), .. more]);

    private static async Task DeliverAsync(StoaServer stoa, string text, string sid) =>
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, text, sid))).Is(200);

    private static async Task AnswerAsync(Person admin, Person reader, string content) =>
        (await admin.PostAsync($"/api/admin/conversations/{reader.Id}/messages", new { content })).Is(201);

    private static async Task<Person> AnaAsync(StoaServer stoa)
    {
        var ana = await StatedAnaAsync(stoa);
        await TwilioServer.ProveNumberAsync(ana, Anas);
        return ana;
    }

    /// <summary>With a number that nobody proved, which counts where the operator says so; no code is sent to it.</summary>
    private static async Task<Person> StatedAnaAsync(StoaServer stoa)
    {
        var (ana, name) = (stoa.Stranger(), StoaServer.Unique("ana"));
        ana.SignIn((await ana.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "correct-horse", phone_number = Anas })).Is(201));
        return ana;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

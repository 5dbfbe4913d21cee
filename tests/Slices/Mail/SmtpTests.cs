using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Data;
using Stoa.Core.Mail;
using Stoa.Core.Outbox;
using Stoa.Server.Mail;
using Stoa.Server.Mail.Kinds;
using Stoa.Server.Mail.Letters;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Mail;

/// <summary>Mail through a real SMTP server, read by a parser that is not ours.</summary>
public sealed class SmtpTests
{
    private const string Password = "pass/wörd with blanks";

    [Theory, EachDatabase]
    [Requirement("S2-25", "S2-37", "S4-20", "S4-127", "S4-130")]
    public async Task A_reset_link_arrives_over_starttls_with_log_in_and_both_parts_in_order(Database database)
    {
        using var smtp = await SmtpServer.StartAsync("starttls", "require-tls", $"auth=stoa:{Password}");
        await using var stoa = StoaServer.Start(database, null, [.. Through(smtp), ("Mail:SmtpUsername", "stoa"), ("Mail:SmtpPassword", Password), ("Web:FrontendUrl", "https://app.example.org/")]);
        using var ana = await stoa.RegisterAsync("ana");
        var welcome = (await smtp.ReceivedAsync(1))[0];
        using var stranger = stoa.Stranger();

        (await stranger.PostAsync("/auth/forgot-password", new { email = $"{ana.Name}@example.org" })).Is(200);
        var mail = (await smtp.ReceivedAsync(2))[1];

        Assert.Equal("Welcome to Zürich & Söhne", welcome.Subject);
        Assert.True(mail.IsTls);
        Assert.Equal("stoa", mail.User);
        Assert.Equal(("noreply@stoa.example", $"{ana.Name}@example.org"), (mail.From, mail.To));
        Assert.Equal("multipart/alternative", mail.Type);
        Assert.Empty(mail.Defects);
        Assert.Equal(["text/plain", "text/html"], mail.Parts.Select(static p => p.Type));
        Assert.All(mail.Parts, static p => Assert.Equal(("utf-8", "quoted-printable"), (p.Charset, p.Encoding)));
        Assert.Contains($"https://app.example.org/auth/reset-password?token={mail.Token}\n", mail.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains($"href=\"https://app.example.org/auth/reset-password?token={mail.Token}\"", mail.Html, StringComparison.Ordinal);
        HasSoundHeaders(mail);

        (await stranger.PostAsync("/auth/reset-password", new { token = mail.Token, new_password = "new-password" })).Is(200);
        Assert.Contains("was changed", (await smtp.ReceivedAsync(3))[2].Subject, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Tls_from_the_first_byte_works_too(Database database)
    {
        using var smtp = await SmtpServer.StartAsync("implicit-tls");
        await using var stoa = StoaServer.Start(database, null, [.. Through(smtp), ("Mail:SmtpSecurity", "Tls")]);
        using var ana = await stoa.RegisterAsync();

        Assert.True((await smtp.ReceivedAsync(1))[0].IsTls);
    }

    [Theory, EachDatabase]
    public async Task Without_a_user_name_a_server_without_tls_will_do(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        await using var stoa = StoaServer.Start(database, null, Through(smtp));
        using var ana = await stoa.RegisterAsync();

        Assert.False((await smtp.ReceivedAsync(1))[0].IsTls);
    }

    [Theory, EachDatabase]
    public async Task A_log_in_is_not_sent_in_the_clear_and_the_queue_says_why(Database database)
    {
        using var smtp = await SmtpServer.StartAsync($"auth=stoa:{Password}");
        await using var stoa = StoaServer.Start(database, null, [.. Through(smtp), ("Mail:SmtpUsername", "stoa"), ("Mail:SmtpPassword", Password)]);
        using var ana = await stoa.RegisterAsync();

        var row = await RowAsync(stoa, static m => m.LastError is not null);

        Assert.Equal(OutgoingState.Queued, row.State);
        Assert.Contains("offers no TLS", row.LastError, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, row.LastError, StringComparison.Ordinal);
        Assert.Equal(0, smtp.Count);
    }

    [Theory, EachDatabase]
    public async Task Mails_wait_for_a_server_that_is_down_for_a_while_with_growing_delay(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        smtp.Stop();
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, [.. Through(smtp), ("Mail:SendTimeout", "00:10:00")]);
        using var ana = await stoa.RegisterAsync();
        using var ben = await stoa.RegisterAsync();

        var delays = new List<double>();
        foreach (var delay in (int[])[10, 30, 90, 270])
        {
            var before = clock.GetUtcNow();
            var rows = await AtRestAsync(stoa, delays.Count + 1, delay, clock);
            delays.Add(Math.Floor((rows.Min(static r => r.DueAt) - before).TotalSeconds / 10) * 10);
            if (delay == 270)
                await smtp.StartAgainAsync();
            clock.Advance(rows.Max(static r => r.DueAt) - clock.GetUtcNow());
        }

        Assert.Equal([10, 30, 90, 270], delays);
        Assert.Equal(
            [$"{ana.Name}@example.org", $"{ben.Name}@example.org"],
            (await smtp.ReceivedAsync(2)).Select(static m => m.To).Order(StringComparer.Ordinal));
        await AllAsync(stoa, static m => m is { State: OutgoingState.Sent, LastError: null, Content: null }, clock);
    }

    [Theory, EachDatabase]
    public async Task What_the_server_puts_off_is_repeated_and_what_it_refuses_is_not(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        await using var stoa = StoaServer.Start(database, null, [.. Through(smtp), ("Mail:FirstRetry", "00:00:00.100")]);
        using var stranger = stoa.Stranger();
        foreach (var name in (string[])["later", "never", "always"])
            (await stranger.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);

        Assert.Equal(["always@example.org", "later@example.org"], (await smtp.ReceivedAsync(2)).Select(static m => m.To).Order(StringComparer.Ordinal));
        var refused = await RowAsync(stoa, static m => m.State == OutgoingState.Failed);
        Assert.Equal(1, refused.Attempts);
        Assert.StartsWith("550", refused.LastError, StringComparison.Ordinal);
        var rows = await Eventually.GetAsync(() => RowsAsync(stoa), static all => all.Count(static m => m.State == OutgoingState.Sent) == 2, static all => $"{all.Count}");
        Assert.Equal([1, 2], rows.Where(static m => m.State == OutgoingState.Sent).Select(static m => m.Attempts).Order());
    }

    [Theory, EachDatabase]
    public async Task A_mail_is_given_up_after_its_time_stays_visible_and_is_forgotten_later(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        smtp.Stop();
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(
            database, clock, [.. Through(smtp), ("Mail:SendTimeout", "00:10:00"), ("Mail:GiveUpAfter", "00:02:00"), ("Mail:KeepFor", "02:00:00")]);
        using var ana = await stoa.RegisterAsync();

        // At 0, 10 and 40 seconds; the next one would be after the two minutes.
        clock.Advance((await AtRestAsync(stoa, 1, 10, clock))[0].DueAt - clock.GetUtcNow());
        clock.Advance((await AtRestAsync(stoa, 2, 30, clock))[0].DueAt - clock.GetUtcNow());
        await AllAsync(stoa, static m => m.State == OutgoingState.Failed, clock);
        var failed = (await RowsAsync(stoa))[0];
        Assert.Equal(3, failed.Attempts);
        Assert.Contains("refused", failed.LastError, StringComparison.OrdinalIgnoreCase);

        clock.Advance(TimeSpan.FromHours(1));
        Assert.Single(await RowsAsync(stoa));
        clock.Advance(TimeSpan.FromHours(3));
        await Eventually.GetAsync(() => RowsAsync(stoa), static all => all.Count == 0, static all => $"{all.Count} left");
    }

    [Theory, EachDatabase]
    [Requirement("S2-27", "S2-28")]
    public async Task One_call_queues_a_notice_to_many_each_under_their_own_name(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        await using var stoa = StoaServer.Start(database, null, Through(smtp));
        using var ana = await stoa.RegisterAsync("ana");
        using var ben = await stoa.RegisterAsync("ben");
        (await ben.PutAsync("/auth/me", new { full_name = "<b>Ben</b> & Söhne" })).Is(200);
        (await ana.PutAsync("/auth/me", new { full_name = "Ana Lee" })).Is(200);
        await smtp.ReceivedAsync(2);

        // Names are said only to addresses that somebody has proved.
        await stoa.AskAsync(db => db.WriteAsync(
            () => db.Users.ExecuteUpdateAsync(u => u.SetProperty(static x => x.EmailVerifiedAt, DateTimeOffset.UnixEpoch)), TestContext.Current.CancellationToken));

        await using (var scope = stoa.Services.CreateAsyncScope())
        {
            var content = CampaignMail.Content(new Campaign("Herbst – neue Kampagne", "A new campaign", ["Fish & <chips>", ".A line that begins with a dot"], "Look", "https://app.example.org/c/1?a=1&b=2"));
            await scope.ServiceProvider.GetRequiredService<OutgoingMail>().AddManyAsync(CampaignMail.Kind, [ana.Id, ben.Id, ana.Id], content, CancellationToken.None);
        }

        var mails = (await smtp.ReceivedAsync(4))[2..];
        Assert.Equal([$"{ana.Name}@example.org", $"{ben.Name}@example.org"], mails.Select(static m => m.To).Order(StringComparer.Ordinal));
        Assert.All(mails, static m => Assert.Equal("Herbst – neue Kampagne", m.Subject));
        var bens = mails.Single(m => m.To.StartsWith("ben", StringComparison.Ordinal));
        Assert.Contains("\n.A line that begins with a dot", bens.Text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("Fish & <chips>", bens.Text, StringComparison.Ordinal);
        Assert.Contains("Fish &amp; &lt;chips&gt;", bens.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>Ben", bens.Html, StringComparison.Ordinal);
        Assert.Contains("Hello Ana Lee,", mails.Single(m => m.To.StartsWith("ana", StringComparison.Ordinal)).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Of_several_workers_on_one_record_each_mail_is_sent_by_one(Database database)
    {
        using var smtp = await SmtpServer.StartAsync();
        smtp.Stop();
        await using var stoa = StoaServer.Start(database, null, [.. Through(smtp), ("Mail:FirstRetry", "00:00:01")]);
        var people = new List<Person>();
        for (var i = 0; i < 40; i++)
            people.Add(await stoa.RegisterAsync());
        var more = Enumerable.Range(0, 3).Select(_ => ActivatorUtilities.CreateInstance<MailWorker>(stoa.Services)).ToList();

        await smtp.StartAgainAsync();
        foreach (var worker in more)
            await worker.StartAsync(CancellationToken.None);
        var mails = await smtp.ReceivedAsync(people.Count);
        await Eventually.GetAsync(() => RowsAsync(stoa), static all => all.TrueForAll(static m => m.State == OutgoingState.Sent), static all => $"{all.Count(static m => m.State != OutgoingState.Sent)} not sent");
        foreach (var worker in more)
            await worker.StopAsync(CancellationToken.None);

        Assert.Equal(people.Select(static p => $"{p.Name}@example.org").Order(StringComparer.Ordinal), mails.Select(static m => m.To).Order(StringComparer.Ordinal));
        Assert.Equal(people.Count, smtp.Count);
        people.ForEach(static p => p.Dispose());
    }

    private static void HasSoundHeaders(ReceivedMail mail)
    {
        Assert.Equal("Zürich & Söhne <noreply@stoa.example>", mail.Header("From"));
        Assert.Matches("^=\\?utf-8\\?[qQbB]\\?.+\\?= <noreply@stoa\\.example>$", mail.Raw.Split("\r\n").Single(static l => l.StartsWith("From: ", StringComparison.Ordinal))[6..]);
        Assert.Matches("^<[^<>@\\s]+@stoa\\.example>$", mail.Header("Message-ID"));
        Assert.Equal("1.0", mail.Header("MIME-Version"));
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.True(DateTimeOffset.TryParse(mail.Header("Date"), System.Globalization.CultureInfo.InvariantCulture, out var date) && date > new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.All(mail.Raw.Split("\r\n"), static line => Assert.True(line.Length <= 998 && !line.Contains('\n', StringComparison.Ordinal) && line.All(char.IsAscii), line));
    }

    private static (string Key, string Value)[] Through(SmtpServer smtp) =>
    [
        ("Mail:SmtpServer", "localhost"), ("Mail:SmtpPort", smtp.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ("Mail:SmtpCaFile", File.Exists(smtp.CaFile) ? smtp.CaFile : ""), ("Mail:FromEmail", "noreply@stoa.example"), ("Mail:FromName", "Zürich & Söhne"),
    ];

    private static async Task<List<MailMessage>> RowsAsync(StoaServer stoa)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<StoaDb>().Mails.AsNoTracking().OrderBy(m => m.Id).ToListAsync();
    }

    private static async Task<MailMessage> RowAsync(StoaServer stoa, Func<MailMessage, bool> fits) =>
        (await Eventually.GetAsync(() => RowsAsync(stoa), rows => rows.Exists(r => fits(r)), static rows => string.Join("; ", rows.Select(static r => $"{r.State} {r.Attempts} {r.LastError}"))))
            .Find(r => fits(r))!;

    /// <summary>Until every row fits; the worker takes one of them a round while the server is gone, so the clock ticks on.</summary>
    private static Task<List<MailMessage>> AllAsync(StoaServer stoa, Func<MailMessage, bool> fits, ManualClock clock) => Eventually.GetAsync(
        async () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return await RowsAsync(stoa);
        },
        rows => rows.Count > 0 && rows.TrueForAll(r => fits(r)),
        static rows => string.Join("; ", rows.Select(static r => $"{r.State} {r.Attempts} {r.LastError}")));

    /// <summary>Until every row was tried so often and waits at most so many seconds: it is in nobody's hands.</summary>
    private static Task<List<MailMessage>> AtRestAsync(StoaServer stoa, int attempts, int seconds, ManualClock clock) =>
        AllAsync(stoa, m => m.Attempts == attempts && m.DueAt <= clock.GetUtcNow() + TimeSpan.FromSeconds(seconds), clock);
}

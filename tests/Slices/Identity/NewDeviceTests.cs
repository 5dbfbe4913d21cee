using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class NewDeviceTests
{
    private const string Firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

    [Theory, EachDatabase]
    public async Task A_sign_in_from_a_device_not_seen_before_is_told_by_mail_once(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("devices", "my-password");
        using var laptop = stoa.Stranger();
        laptop.UseHeader("User-Agent", Firefox);

        await SignInAsync(laptop, phone.Name);
        var mail = (await stoa.MailsToAsync($"{phone.Name}@example.org"))[0];
        Assert.Equal("New sign-in to Stoa", mail.Subject);
        Assert.Contains("device:  Firefox on Linux", mail.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Gecko", mail.Text, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", mail.Text, StringComparison.Ordinal);

        await SignInAsync(laptop, phone.Name); // seen before
        await SignInAsync(phone, phone.Name); // the device it registered on
        laptop.UseHeader("User-Agent", Firefox.Replace("140", "141", StringComparison.Ordinal)); // an update is no new device
        await SignInAsync(laptop, phone.Name);
        Assert.Single(await NewsOnceQuietAsync(stoa, phone));
    }

    [Theory, EachDatabase]
    public async Task The_first_session_of_an_account_is_no_news(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        var name = StoaServer.Unique("made-by-root");
        (await root.PostAsync("/auth/users", new { username = name, email = $"{name}@example.org", password = "my-password" })).Is(201);
        using var person = stoa.Stranger();
        person.UseHeader("User-Agent", Firefox);

        await SignInAsync(person, name);

        Assert.Empty(await NewsOnceQuietAsync(stoa, person));
    }

    [Theory, EachDatabase]
    public async Task What_a_client_calls_itself_is_not_repeated_and_three_mails_a_day_are_enough(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("hostile-device", "my-password");
        using var eve = stoa.Stranger();
        var names = (string[])["Your account is locked. Open https://evil.example/login", "<img/src=x>", "call +49 151 23456789", "four", "five", "six"];
        foreach (var name in names)
        {
            eve.UseHeader("User-Agent", name);
            await SignInAsync(eve, phone.Name);
        }

        var mails = await NewsOnceQuietAsync(stoa, phone);
        Assert.Equal(3, mails.Count);
        Assert.All(mails, m => Assert.Contains("device:  an unknown program", m.Text, StringComparison.Ordinal));
        Assert.All(mails, m => Assert.All(names, name => Assert.DoesNotContain(name, m.Text + m.Html, StringComparison.Ordinal)));
    }

    private static async Task SignInAsync(Person person, string username) =>
        person.SignIn((await person.PostAsync("/auth/login", new { username, password = "my-password" })).Is(200));

    /// <summary>The mails to somebody besides their welcome, after one that was asked for later has come in: the queue is worked off in order.</summary>
    private static async Task<List<WrittenMail>> NewsOnceQuietAsync(StoaServer stoa, Person person)
    {
        (await person.PostAsync("/api/v1/users/me/verify-email", null)).Is(200);
        var mails = await Eventually.GetAsync(
            () => stoa.MailsTo($"{person.Name}@example.org"), static all => all.Exists(static m => m.Subject.StartsWith("Confirm", StringComparison.Ordinal)), static all => $"{all.Count}");
        return mails.FindAll(static m => m.Subject.StartsWith("New sign-in", StringComparison.Ordinal));
    }
}

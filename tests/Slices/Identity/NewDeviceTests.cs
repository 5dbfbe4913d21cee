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
        Assert.Contains(Firefox, mail.Text, StringComparison.Ordinal);
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
    public async Task A_device_that_calls_itself_markup_stays_text(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("hostile-device", "my-password");
        using var eve = stoa.Stranger();
        eve.UseHeader("User-Agent", "<img/src=x>");

        await SignInAsync(eve, phone.Name);

        var mail = (await stoa.MailsToAsync($"{phone.Name}@example.org"))[0];
        Assert.DoesNotContain("<img", mail.Html, StringComparison.Ordinal);
        Assert.Contains("&lt;img/src=x&gt;", mail.Html, StringComparison.Ordinal);
        Assert.Contains("<img/src=x>", mail.Text, StringComparison.Ordinal);
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

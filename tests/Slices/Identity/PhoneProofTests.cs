using System.Text.RegularExpressions;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>A telephone number is stated by anybody and proved by who has it.</summary>
public sealed partial class PhoneProofTests
{
    private const string Veras = "+15550123";
    private static readonly (string, string)[] Settings = [("Sms:AuthToken", TwilioServer.Token), ("Sms:PollInterval", "00:00:00.050")];

    [Theory, EachDatabase]
    public async Task Who_only_states_a_number_reads_none_of_its_sms_and_who_proves_it_does(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Settings);
        using var eve = await stoa.RegisterAsync("eve");
        using var vera = await stoa.RegisterAsync("vera");
        (await eve.PutAsync("/auth/me", new { phone_number = Veras })).Is(200);
        Assert.Equal("user not found", await DeliverAsync(stoa, "my card ends 4242", "SM1"));

        (await vera.PutAsync("/auth/me/phone", new { phone_number = Veras })).IsRefusal(400, "auth.phone_taken");
        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = Veras })).Is(200);
        var code = await SentCodeAsync(stoa);
        (await eve.PostAsync("/auth/me/phone/verify", new { code })).IsRefusal(400, "phone.code_wrong");
        (await vera.PostAsync("/auth/me/phone/verify", new { code })).Is(200);

        Assert.Equal("message saved", await DeliverAsync(stoa, "this is Vera", "SM2"));
        Assert.Equal("this is Vera", (await vera.GetAsync("/messages/sent")).Is(200).Body[0].GetProperty("content").GetString());
        Assert.Equal(Veras, (await eve.GetAsync("/auth/me")).Is(200).Body.GetProperty("phone_number").GetString()); // as a contact
        (await eve.PostAsync("/auth/me/phone/verify", new { })).IsRefusal(400, "auth.phone_taken");
        (await vera.PostAsync("/auth/me/phone/verify", new { })).IsRefusal(400, "phone.already_verified");
    }

    [Theory, EachDatabase]
    public async Task The_code_that_was_shown_proves_by_sms_from_the_number_and_in_no_other_way(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Settings);
        using var vera = await stoa.RegisterAsync("vera");
        var begun = (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = "+1 (555) 0123" })).Is(200).Body;
        var shown = begun.GetProperty("shown_code").GetString()!;

        (await vera.PostAsync("/auth/me/phone/verify", new { code = shown })).IsRefusal(400, "phone.code_wrong");
        using var other = stoa.Stranger();
        (await TwilioServer.DeliverAsync(other, TwilioServer.Sms("+15550999", shown, "SM1"))).Is(200);
        Assert.Equal("user not found", await DeliverAsync(stoa, "hello", "SM2"));
        Assert.Equal("number proved", await DeliverAsync(stoa, $"{shown[..3]} {shown[3..]}", "SM3"));
        Assert.Equal("message saved", await DeliverAsync(stoa, "hello", "SM4"));
        Assert.Single((await vera.GetAsync("/messages/sent")).Is(200).Body.EnumerateArray()); // the code is no message
    }

    [Theory, EachDatabase]
    public async Task Five_codes_are_looked_at_however_many_come_at_once_and_they_end_after_ten_minutes(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, Settings);
        using var vera = await stoa.RegisterAsync("vera");
        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = Veras })).Is(200);
        var code = await SentCodeAsync(stoa, clock);
        var wrong = code == "000000" ? "000001" : "000000";

        var guesses = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => vera.PostAsync("/auth/me/phone/verify", new { code = wrong })));
        Assert.All(guesses, static g => g.IsRefusal(400, "phone.code_wrong"));
        (await vera.PostAsync("/auth/me/phone/verify", new { code })).IsRefusal(400, "phone.code_wrong");

        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = "+15550124" })).Is(200);
        var late = await SentCodeAsync(stoa, clock, "+15550124");
        clock.Advance(TimeSpan.FromMinutes(10));
        (await vera.PostAsync("/auth/me/phone/verify", new { code = late })).IsRefusal(400, "phone.code_wrong");
        for (var i = 0; i < 3; i++)
            (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = $"+1555020{i}" })).Is(200);
        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = Veras })).IsRefusal(429, "rate.phone_codes");
        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = "5550123" })).IsRefusal(400, "phone.number_needed");
    }

    [Theory, EachDatabase]
    public async Task A_proved_number_gives_way_only_with_the_password(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Settings);
        using var vera = await stoa.RegisterAsync("vera", "my-password");
        (await vera.PutAsync("/auth/me/phone", new { phone_number = "+15550100" })).Is(200);
        (await vera.PutAsync("/auth/me/phone", new { phone_number = Veras })).Is(200); // nobody's SMS hang on it yet
        await TwilioServer.ProveNumberAsync(vera, Veras);

        (await vera.PutAsync("/auth/me/phone", new { phone_number = Veras })).Is(200);
        (await vera.PutAsync("/auth/me/phone", new { phone_number = "+15550100" })).IsRefusal(400, "auth.password_needed");
        (await vera.PutAsync("/auth/me", new { phone_number = "" })).IsRefusal(400, "auth.password_needed");
        (await vera.PostAsync("/auth/me/phone/verify", new { phone_number = "+15550100" })).IsRefusal(400, "auth.password_needed");
        (await vera.PutAsync("/auth/me", new { phone_number = "", current_password = "wrong" })).IsRefusal(400, "auth.password_wrong");
        (await vera.PutAsync("/auth/me/phone", new { phone_number = "+15550100", current_password = "my-password" })).Is(200);
        Assert.Equal("user not found", await DeliverAsync(stoa, "hello", "SM1"));
    }

    [Theory, EachDatabase]
    public async Task Several_accounts_state_one_number_as_a_contact_and_of_many_who_prove_it_one_has_it(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, [.. Settings, ("RateLimit:MessagesPerMinute", "0")]);
        var people = new List<Person>();
        for (var i = 0; i < 4; i++)
        {
            var (name, person) = (StoaServer.Unique("contact"), stoa.Stranger());
            var market = (await person.PostAsync("/api/auth/register", new { email = $"{name}@example.org", password = "correct-horse", full_name = "Ana", phone = Veras })).Is(200).Body;
            person.UseToken(market.GetProperty("access_token").GetString());
            Assert.Equal(Veras, market.GetProperty("user").GetProperty("phone_number").GetString());
            people.Add(person);
        }

        var codes = new List<string>();
        foreach (var person in people)
            codes.Add((await person.PostAsync("/auth/me/phone/verify", new { })).Is(200).Body.GetProperty("shown_code").GetString()!);
        var answers = await Task.WhenAll(codes.Select(async (code, i) =>
        {
            using var carrier = stoa.Stranger();
            return (await TwilioServer.DeliverAsync(carrier, TwilioServer.Sms(Veras, code, $"SM{i}"))).Is(200).Body.GetProperty("status").GetString();
        }));

        Assert.Single(answers, static a => a == "number proved");
        people.ForEach(static p => p.Dispose());
    }

    [Theory, EachDatabase]
    public async Task A_closed_deployment_may_trust_numbers_that_were_stated(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, [.. Settings, ("Sms:TrustStatedNumbers", "true")]);
        using var vera = await stoa.RegisterAsync("vera");
        (await vera.PutAsync("/auth/me/phone", new { phone_number = Veras })).Is(200);

        Assert.Equal("message saved", await DeliverAsync(stoa, "hello", "SM1"));
    }

    private static async Task<string?> DeliverAsync(StoaServer stoa, string text, string sid)
    {
        using var carrier = stoa.Stranger();
        return (await TwilioServer.DeliverAsync(carrier, TwilioServer.Sms(Veras, text, sid))).Is(200).Body.GetProperty("status").GetString();
    }

    /// <summary>The code in the SMS to this number that lies in the folder.</summary>
    private static async Task<string> SentCodeAsync(StoaServer stoa, ManualClock? clock = null, string to = Veras)
    {
        var folder = Path.Combine(stoa.Folder, "sms");
        var text = await Eventually.GetAsync(
            () =>
            {
                clock?.Advance(TimeSpan.FromMilliseconds(100));
                return Directory.Exists(folder) ? Directory.GetFiles(folder, "*.sms").Select(File.ReadAllText).FirstOrDefault(t => t.Contains($"To: {to}\n", StringComparison.Ordinal)) : null;
            },
            static t => t is not null, _ => $"no SMS to {to}");
        return Code().Match(text!).Value;
    }

    [GeneratedRegex("(?m)^[0-9]{6}(?= is your code)")]
    private static partial Regex Code();
}

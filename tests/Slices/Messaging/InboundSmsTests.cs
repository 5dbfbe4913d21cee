using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Messaging;

/// <summary>SMS as Twilio delivers them.</summary>
public sealed class InboundSmsTests
{
    private const string Anas = "+15550100";
    private static (string, string) Token => ("Sms:AuthToken", TwilioServer.Token);

    [Theory, EachDatabase]
    [Requirement("S1-81")]
    public async Task An_sms_becomes_a_message_of_the_account_with_its_number_in_the_support_inbox(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        var (root, ana, carrier) = (await stoa.SuperuserAsync(), await WithNumberAsync(stoa, "+1 (555) 01-00"), stoa.Stranger());

        var saved = (await TwilioServer.DeliverAsync(carrier, TwilioServer.Sms(Anas, "Grüße & 1+1=2 😀", "SM1"))).Is(200).Body;

        Assert.Equal("message saved", saved.GetProperty("status").GetString());
        Assert.Equal(ana.Id, saved.GetProperty("user_id").GetInt64());
        var mine = (await ana.GetAsync("/messages/sent")).Is(200).Body.EnumerateArray().Single();
        Assert.Equal(saved.GetProperty("message_id").GetInt64(), mine.GetProperty("id").GetInt64());
        Assert.Equal("Grüße & 1+1=2 😀", mine.GetProperty("content").GetString());
        var desk = (await root.GetAsync($"/api/admin/conversations/{ana.Id}/messages")).Is(200).Body.GetProperty("data").GetProperty("messages").EnumerateArray().Single();
        Assert.Equal("Grüße & 1+1=2 😀", desk.GetProperty("content").GetString());
        Assert.Equal(Text(ana.Id), desk.GetProperty("senderId").GetString());
    }

    [Theory, EachDatabase]
    [Requirement("S1-81")]
    public async Task A_repeated_delivery_answers_the_same_and_writes_nothing_also_when_many_come_at_once(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        var (root, ana) = (await stoa.SuperuserAsync(), await WithNumberAsync(stoa, Anas));

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => DeliverAsync(stoa, TwilioServer.Sms(Anas, "once", "SM1"))));
        var (first, count) = (answers[0].Is(200).Text, await stoa.AskAsync(db => db.Messages.CountAsync(TestContext.Current.CancellationToken)));
        (await root.PostAsync($"/api/admin/users/{ana.Id}/messaging-ban", new { reason = "spam" })).Is(200);
        var later = (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "once", "SM1"))).Is(200).Text;

        Assert.All(answers, a => Assert.Equal((200, first), (a.Status, a.Text)));
        Assert.Equal(first, later);
        Assert.Equal(1, count);
        Assert.Equal(1, await stoa.AskAsync(db => db.Messages.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    [Requirement("S1-81")]
    public async Task Only_the_whole_number_with_its_country_is_somebody(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        await WithNumberAsync(stoa, Anas);
        await WithNumberAsync(stoa, "5550177");

        foreach (var (from, i) in new[] { "+1555010", "+155501001", "15550100", "5550100", "+5550177", "5550177", "Carrier", "whatsapp:+15550100", " 15550100" }.Select(static (f, i) => (f, i)))
        {
            var answer = (await DeliverAsync(stoa, TwilioServer.Sms(from, "x", $"SM{i}"))).Is(200).Body;
            Assert.Equal("user not found", answer.GetProperty("status").GetString());
            Assert.Equal(from, answer.GetProperty("from").GetString());
        }

        Assert.Equal(0, await stoa.AskAsync(db => db.Messages.CountAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(0, await stoa.AskAsync(db => db.ReceivedSms.CountAsync(TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    [Requirement("S1-81")]
    public async Task What_is_not_signed_is_refused(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        await WithNumberAsync(stoa, Anas);
        var sms = TwilioServer.Sms(Anas, "x", "SM1");
        var unsigned = stoa.Stranger();

        (await unsigned.PostRawAsync("/twilio_webhook", "From=%2B15550100&To=%2B15550199&Body=x&MessageSid=SM1", "application/x-www-form-urlencoded")).IsRefusal(403, "sms.signature_invalid");
        (await unsigned.PostAsync("/twilio_webhook", new { From = Anas, To = "+15550199", Body = "x", MessageSid = "SM1" })).IsRefusal(403, "sms.signature_invalid");
        (await unsigned.PostRawAsync("/twilio_webhook", "x", "text/plain")).IsRefusal(415, "request.unsupported_media_type");
        (await TwilioServer.DeliverAsync(stoa.Stranger(), sms, token: "another token")).IsRefusal(403, "sms.signature_invalid");
        (await TwilioServer.DeliverAsync(stoa.Stranger(), sms, "https://elsewhere.example.org")).IsRefusal(403, "sms.signature_invalid");
        var tampered = stoa.Stranger();
        tampered.UseHeader("X-Twilio-Signature", TwilioServer.Sign(TwilioServer.Token, stoa.Address.GetLeftPart(UriPartial.Authority) + "/twilio_webhook", sms));
        (await tampered.PostRawAsync("/twilio_webhook", "From=%2B15550100&To=%2B15550199&Body=y&MessageSid=SM1", "application/x-www-form-urlencoded")).IsRefusal(403, "sms.signature_invalid");
        (await stoa.Stranger().GetAsync("/twilio_webhook")).Is(405);

        Assert.Equal(0, await stoa.AskAsync(db => db.Messages.CountAsync(TestContext.Current.CancellationToken)));
        var closed = StoaServer.For(database);
        (await TwilioServer.DeliverAsync(closed.Stranger(), sms, token: "")).IsRefusal(403, "sms.not_configured");
    }

    [Theory, EachDatabase]
    public async Task The_signature_covers_the_address_that_the_operator_gave(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token, ("Sms:PublicUrl", "https://chat.example.org/"));
        await WithNumberAsync(stoa, Anas, "https://chat.example.org");

        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, "x", "SM1"), "https://chat.example.org")).Is(200);
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, "x", "SM2"), "https://chat.example.org:443", path: "/api/twilio_webhook?shop=1")).Is(200);
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, "x", "SM3"))).IsRefusal(403, "sms.signature_invalid");
    }

    [Theory, EachDatabase]
    public async Task A_known_proxy_says_which_scheme_was_called(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token, ("Listen:KnownProxies", "127.0.0.1,::1"));
        await WithNumberAsync(stoa, Anas);
        var proxy = stoa.Stranger();
        proxy.UseHeader("X-Forwarded-Proto", "https");

        (await TwilioServer.DeliverAsync(proxy, TwilioServer.Sms(Anas, "x", "SM1"), $"https://{stoa.Address.Authority}")).Is(200);
        (await TwilioServer.DeliverAsync(proxy, TwilioServer.Sms(Anas, "x", "SM2"), $"http://{stoa.Address.Authority}")).IsRefusal(403, "sms.signature_invalid");
    }

    [Theory, EachDatabase]
    public async Task Json_is_taken_when_the_address_names_its_hash(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        var ana = await WithNumberAsync(stoa, Anas);

        var saved = (await JsonAsync(stoa, $$"""{"From":"{{Anas}}","To":"+15550199","Body":"json","MessageSid":"SM1","Extra":{"a":[1] } }""")).Is(200).Body;

        Assert.Equal(ana.Id, saved.GetProperty("user_id").GetInt64());
        foreach (var body in (string[])["", "[]", "null", "7", "{", "{\"From\":\"\\ud800\"}", new string('[', 100)])
            (await JsonAsync(stoa, body)).IsRefusal(400, "request.malformed");
        (await JsonAsync(stoa, "{}")).IsRefusal(400, "sms.malformed");
        (await JsonAsync(stoa, """{"From":5,"To":"+15550199","Body":"x","MessageSid":"SM1"}""")).IsRefusal(400, "sms.malformed");
    }

    [Theory, EachDatabase]
    public async Task What_cannot_be_a_message_has_a_clear_answer(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token, ("RateLimit:MessagesPerMinute", "3"));
        var (root, ana) = (await stoa.SuperuserAsync(), await WithNumberAsync(stoa, Anas));
        var ben = await WithNumberAsync(stoa, "+15550101");

        foreach (var (field, value) in new[] { ("MessageSid", ""), ("MessageSid", "SM-1"), ("MessageSid", new string('a', 61)), ("From", ""), ("From", new string('1', 300)), ("To", "nobody") })
            (await DeliverAsync(stoa, [.. TwilioServer.Sms(Anas, "x", "SM1").Select(f => f.Key == field ? new(field, value) : f)])).IsRefusal(400, "sms.malformed");
        (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "a\0b", "SM1"))).IsRefusal(400, "request.malformed");
        foreach (var missing in (string[])["MessageSid", "From", "To", "Body"])
            (await DeliverAsync(stoa, [.. TwilioServer.Sms(Anas, "x", "SM1").Where(f => f.Key != missing)])).IsRefusal(400, "sms.malformed");
        (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "  ", "SM1"))).IsRefusal(400, "message.empty");
        (await DeliverAsync(stoa, TwilioServer.Sms(Anas, new string('x', 10_001), "SM1"))).IsRefusal(400, "message.too_long");
        Assert.Equal(0, await stoa.AskAsync(db => db.ReceivedSms.CountAsync(TestContext.Current.CancellationToken)));

        foreach (var sid in (string[])["SM1", "SM2", "SM3"])
            (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "x", sid))).Is(200);
        var tooMany = await DeliverAsync(stoa, TwilioServer.Sms(Anas, "x", "SM4"));
        tooMany.IsRefusal(429, "rate.messages");
        Assert.True(tooMany.Headers.ContainsKey("Retry-After"));

        (await root.PostAsync($"/api/admin/users/{ben.Id}/messaging-ban", new { reason = "spam" })).Is(200);
        (await DeliverAsync(stoa, TwilioServer.Sms("+15550101", "x", "SM5"))).IsRefusal(403, "messaging.banned");
        (await root.PostAsync($"/api/admin/users/{ben.Id}/messaging/unban", new { reason = "sorry" })).Is(200);
        (await root.PostAsync($"/api/admin/users/{ben.Id}/suspend", new { reason = "spam", duration_days = 2 })).Is(200);
        (await DeliverAsync(stoa, TwilioServer.Sms("+15550101", "x", "SM5"))).IsRefusal(403, "sms.sender_refused");
        Assert.Equal(3, await stoa.AskAsync(db => db.Messages.CountAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(0, await stoa.AskAsync(db => db.Messages.CountAsync(m => m.SenderId == ben.Id, TestContext.Current.CancellationToken)));
    }

    [Theory, EachDatabase]
    public async Task An_administrator_is_no_administrator_by_sms(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token, ("Redaction:Kinds", "Support"));
        var root = await WithNumberAsync(stoa, Anas);
        await stoa.DemoteAsync(root);
        var other = await stoa.SuperuserAsync();
        await stoa.GiveRoleAsync(other, root, "admin");

        (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "write to ana@example.org", "SM1"))).Is(200);

        Assert.DoesNotContain("ana@example.org", (await other.GetAsync($"/api/admin/conversations/{root.Id}/messages")).Is(200).Text, StringComparison.Ordinal);
    }

    [Theory, EachDatabase]
    public async Task Every_delivery_leaves_a_line_without_text_and_whole_numbers(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, Token);
        var ana = await WithNumberAsync(stoa, Anas);

        var id = (await DeliverAsync(stoa, TwilioServer.Sms(Anas, "my secret is 4711", "SM1"))).Is(200).Body.GetProperty("message_id").GetInt64();
        (await DeliverAsync(stoa, TwilioServer.Sms("+15550123", "unknown", "SM2"))).Is(200);
        (await TwilioServer.DeliverAsync(stoa.Stranger(), TwilioServer.Sms(Anas, "x", "SM3"), token: "wrong")).Is(403);

        var log = await stoa.LogAsync("twilio_webhook", "sms.signature_invalid");
        Assert.Contains($"twilio.received sid=SM1 from=+***00 to=+***99 length=17 outcome=saved user={ana.Id} message={id}", log, StringComparison.Ordinal);
        Assert.Contains("twilio.received sid=SM2 from=+***23 to=+***99 length=7 outcome=user_not_found", log, StringComparison.Ordinal);
        foreach (var secret in (string[])["4711", "5550", "unknown\"", TwilioServer.Token])
            Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
    }

    private static Task<Answer> DeliverAsync(StoaServer stoa, IReadOnlyList<KeyValuePair<string, string>> sms) => TwilioServer.DeliverAsync(stoa.Stranger(), sms);

    private static async Task<Answer> JsonAsync(StoaServer stoa, string body)
    {
        var path = $"/twilio_webhook?bodySHA256={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)))}";
        var carrier = stoa.Stranger();
        carrier.UseHeader("X-Twilio-Signature", TwilioServer.Sign(TwilioServer.Token, stoa.Address.GetLeftPart(UriPartial.Authority) + path, []));
        return await carrier.PostRawAsync(path, body);
    }

    private static async Task<Person> WithNumberAsync(StoaServer stoa, string number, string? publicUrl = null)
    {
        var (person, name) = (stoa.Stranger(), StoaServer.Unique("texter"));
        person.SignIn((await person.PostAsync("/auth/register", new { username = name, email = $"{name}@example.org", password = "correct-horse", phone_number = number })).Is(201));
        if (number.StartsWith('+'))
            await TwilioServer.ProveNumberAsync(person, number, publicUrl);
        return person;
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}

using System.Data.Common;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>People get all that is kept of them, and can have it gone.</summary>
public sealed class PrivacyTests
{
    private const string Password = "my-password";

    [Theory, EachDatabase]
    [Requirement("S4-117")]
    public async Task An_export_holds_everything_of_the_caller_and_no_secret_and_nothing_of_others(Database database)
    {
        var stoa = StoaServer.For(database);
        using var gone = await LivedInAsync(stoa);
        foreach (var path in (string[])["/api/v1/analytics/export/user-data", "/auth/me/export"])
        {
            var export = (await gone.Person.GetAsync(path)).Is(200);
            Assert.StartsWith("application/json", export.ContentType, StringComparison.Ordinal);
            foreach (var word in gone.Words)
                Assert.Contains(word, export.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("$2b$", export.Text, StringComparison.Ordinal);
            foreach (var secret in (string[])["password_hash", "token_hash", "sealed_secret", "code_hash"])
                Assert.DoesNotContain(secret, export.Text, StringComparison.Ordinal);
            var data = export.Body.GetProperty("data");
            Assert.DoesNotContain("from-the-other", data.GetProperty("messages").GetRawText(), StringComparison.Ordinal);
            Assert.Equal(gone.Person.Name, data.GetProperty("users")[0].GetProperty("username").GetString());
            Assert.True(data.GetProperty("sessions").GetArrayLength() >= 1);
            Assert.Equal(JsonValueKind.Array, data.GetProperty("passkeys").ValueKind);
        }
    }

    [Theory, EachDatabase]
    public async Task An_export_of_a_thousand_messages_has_each_once_and_is_for_its_owner_a_few_times_an_hour(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        var (ana, ben) = await stoa.TwoPeopleAsync();
        for (var i = 0; i < 1001; i++)
            await ana.WriteToAsync(ben, $"line {i}");

        var messages = (await ana.GetAsync("/auth/me/export")).Is(200).Body.GetProperty("data").GetProperty("messages");

        Assert.Equal(Enumerable.Range(0, 1001).Select(static i => $"line {i}"), messages.EnumerateArray().Select(static m => m.GetProperty("body").GetString()));
        for (var i = 0; i < 4; i++)
            (await ana.GetAsync("/auth/me/export")).Is(200);
        (await ana.GetAsync("/api/v1/analytics/export/user-data")).IsRefusal(429, "rate.exports");
        (await stoa.Stranger().GetAsync("/auth/me/export")).IsRefusal(401, "auth.required");
    }

    [Theory, EachDatabase]
    public async Task After_an_account_deleted_itself_nothing_in_the_record_tells_of_the_person_but_what_others_keep(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var gone = await LivedInAsync(stoa);

        (await gone.Person.PostAsync("/auth/me/delete", new { password = "not-mine" })).IsRefusal(400, "auth.password_wrong");
        (await gone.Person.PostAsync("/auth/me/delete", new { password = Password })).Is(200);

        await IsGoneAsync(stoa, gone);
        (await gone.Person.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await stoa.Stranger().PostAsync("/auth/login", new { username = gone.Person.Name, password = Password })).IsRefusal(401, "auth.credentials");
        (await stoa.Stranger().PostAsync("/auth/register", new { username = gone.Person.Name, email = $"{gone.Person.Name}@example.org", password = Password })).Is(201);
    }

    [Theory, EachDatabase]
    public async Task After_an_administrator_deleted_it_neither(Database database)
    {
        await using var stoa = StoaServer.Start(database);
        using var gone = await LivedInAsync(stoa);
        using var root = await stoa.SuperuserAsync();

        (await root.DeleteAsync($"/auth/users/{gone.Person.Id}")).Is(200);

        await IsGoneAsync(stoa, gone);
    }

    [Theory, EachDatabase]
    public async Task The_last_superuser_does_not_delete_itself_and_a_second_step_is_asked_for(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock);
        using var root = await stoa.SuperuserAsync();
        (await root.PostAsync("/auth/me/delete", new { password = "correct-horse" })).IsRefusal(409, "user.last_superuser");

        using var ana = await stoa.RegisterAsync("ana", Password);
        await ana.ProveEmailAsync();
        var app = new AuthenticatorApp((await ana.PostAsync("/auth/totp", new { password = Password })).Is(200).Body.GetProperty("otpauth_uri").GetString()!, clock);
        (await ana.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200);
        clock.Advance(TimeSpan.FromSeconds(30));
        (await ana.PostAsync("/auth/me/delete", new { password = Password })).IsRefusal(400, "mfa.code_wrong");
        (await ana.PostAsync("/auth/me/delete", new { password = Password, code = app.Code() })).Is(200);
    }

    /// <summary>Somebody who has left words everywhere.</summary>
    private sealed record Lived(Person Person, Person Other, IReadOnlyList<string> Words) : IDisposable
    {
        public void Dispose()
        {
            Person.Dispose();
            Other.Dispose();
        }
    }

    private static async Task<Lived> LivedInAsync(StoaServer stoa)
    {
        var person = await stoa.RegisterAsync("goneperson", Password);
        var other = await stoa.RegisterAsync("stays");
        string Word(string of) => $"{of}-{person.Id}-word";
        (await person.PutAsync("/auth/me", new { full_name = Word("fullname"), bio = Word("bio"), phone_number = $"+1555{person.Id:D7}" })).Is(200);
        (await person.PutAsync("/api/v1/users/me", new { location = Word("location"), skills_interests = new[] { Word("interest") } })).Is(200);
        (await person.PostAsync("/reports", new { title = Word("ticket"), content = Word("mystreet") })).Is(201);
        var thread = (await person.PostAsync("/api/messages/threads", new { context_type = "LISTING", context_id = Word("subject"), participants = new[] { new { user_id = other.Id } } })).Is(200).Body;
        var id = thread.GetProperty("id").GetString();
        await person.PostAsync($"/api/messages/threads/{id}/messages", new { body = $"call +1 555 999 9999 {Word("said")}" });
        await other.PostAsync($"/api/messages/threads/{id}/messages", new { body = "from-the-other" });
        await Eventually.IsAsync(true, () => stoa.AskAsync(db => db.Notifications.AnyAsync(n => n.UserId == other.Id)));
        return new Lived(person, other, [person.Name, Word("fullname"), Word("bio"), Word("location"), Word("interest"), Word("ticket"), Word("mystreet"), Word("said")]);
    }

    private static async Task IsGoneAsync(StoaServer stoa, Lived gone)
    {
        // The address is kept until the mail about the deletion has left for it.
        await Eventually.IsAsync(false, () => stoa.AskAsync(db => db.Mails.AnyAsync(m => m.Kind == "security_notice" && m.State == Stoa.Core.Outbox.OutgoingState.Queued)));
        Assert.Contains(stoa.MailsTo($"{gone.Person.Name}@example.org"), static m => m.Text.Contains("deleted", StringComparison.Ordinal));
        var left = await stoa.AskAsync(DumpAsync);
        foreach (var word in gone.Words.Where(static w => !w.StartsWith("said", StringComparison.Ordinal)).Append("999 9999").Append($"1555{gone.Person.Id:D7}"))
        {
            var where = left.Where(row => row.Contains(word, StringComparison.OrdinalIgnoreCase)).ToList();
            Assert.True(where.Count == 0, $"'{word}' is still there: {string.Join('\n', where)}");
        }

        Assert.Contains(left, row => row.Contains(gone.Words[^1], StringComparison.Ordinal));
        Assert.DoesNotContain(left, row => row.StartsWith($"sessions user_id={gone.Person.Id} ", StringComparison.Ordinal) && row.Contains("127.0.0.1", StringComparison.Ordinal));
        var seen = (await gone.Other.GetAsync("/api/conversations?limit=10")).Is(200);
        Assert.DoesNotContain(gone.Person.Name, seen.Text, StringComparison.Ordinal);
    }

    /// <summary>Every row of every table as text.</summary>
    private static async Task<List<string>> DumpAsync(StoaDb db)
    {
        var rows = new List<string>();
        await db.Database.OpenConnectionAsync();
        foreach (var table in db.Model.GetEntityTypes().Select(static e => e.GetTableName()!).Distinct())
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"SELECT * FROM {table}";
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(Text(table, reader));
        }

        return rows;
    }

    private static string Text(string table, DbDataReader reader)
    {
        var text = new StringBuilder(table);
        var columns = Enumerable.Range(0, reader.FieldCount).OrderBy(i => reader.GetName(i) == "user_id" ? 0 : 1);
        foreach (var i in columns)
            text.Append(' ').Append(reader.GetName(i)).Append('=').Append(reader.GetValue(i) is string[] words ? string.Join(',', words) : reader.GetValue(i));
        return text.ToString();
    }
}

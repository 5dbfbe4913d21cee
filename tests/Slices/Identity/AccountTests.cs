using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

public sealed class AccountTests
{
    [Theory, EachDatabase]
    [Requirement("S1-15")]
    public async Task People_change_what_their_account_says(Database database)
    {
        using var ana = await StoaServer.For(database).RegisterAsync();
        var phone = $"+1555{ana.Id:D7}";

        var changed = (await ana.PutAsync("/auth/me", new { full_name = " Ana B. ", bio = "Likes the sea" })).Is(200).Body;
        (await ana.PutAsync("/auth/me/phone", new { phone_number = phone })).Is(200);
        var kept = (await ana.PutAsync("/auth/me", new { bio = "" })).Is(200).Body;

        Assert.Equal("Ana B.", changed.GetProperty("full_name").GetString());
        Assert.Equal("Ana B.", kept.GetProperty("full_name").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, kept.GetProperty("bio").ValueKind);
        Assert.Equal(phone, kept.GetProperty("phone_number").GetString());
        Assert.True(kept.GetProperty("updated_at").GetDateTimeOffset() > kept.GetProperty("created_at").GetDateTimeOffset());
    }

    [Theory, EachDatabase]
    public async Task A_taken_phone_number_is_refused(Database database)
    {
        var (ana, ben) = await StoaServer.For(database).TwoPeopleAsync();
        var phone = $"+1666{ana.Id:D7}";
        (await ana.PutAsync("/auth/me", new { phone_number = phone })).Is(200);

        (await ben.PutAsync("/auth/me", new { phone_number = phone })).IsRefusal(400, "auth.phone_taken");
        (await ben.PutAsync("/auth/me", new { bio = new string('x', 2001) })).IsRefusal(422, "validation.failed");
    }

    [Theory, EachDatabase]
    [Requirement("S1-16")]
    public async Task A_new_password_needs_the_current_one_and_ends_the_other_sessions(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("pw", "old-password");
        using var laptop = stoa.Stranger();
        laptop.SignIn((await laptop.PostAsync("/auth/login", new { username = phone.Name, password = "old-password" })).Is(200));

        (await phone.PutAsync("/auth/me/password", new { current_password = "guess", new_password = "new-password" })).IsRefusal(400, "auth.password_wrong");
        (await phone.PutAsync("/auth/me/password", new { current_password = "old-password", new_password = "short" })).IsRefusal(422, "validation.failed");
        (await phone.PutAsync("/auth/me/password", new { current_password = "old-password", new_password = "new-password" })).Is(200);

        (await phone.GetAsync("/auth/me")).Is(200);
        (await laptop.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        (await laptop.PostAsync("/auth/refresh", new { refresh_token = laptop.RefreshToken })).IsRefusal(401, "auth.refresh_invalid");
        using var again = stoa.Stranger();
        (await again.PostAsync("/auth/login", new { username = phone.Name, password = "old-password" })).IsRefusal(401, "auth.credentials");
        (await again.PostAsync("/auth/login", new { username = phone.Name, password = "new-password" })).Is(200);
    }

    [Theory, EachDatabase]
    [Requirement("S1-5")]
    [Requirement("S1-26")]
    [Requirement("S1-27")]
    public async Task Sessions_are_listed_with_their_device_and_ended_one_by_one(Database database)
    {
        var stoa = StoaServer.For(database);
        using var phone = await stoa.RegisterAsync("devices", "my-password");
        using var eve = await stoa.RegisterAsync("eve");
        using var laptop = stoa.Stranger();
        laptop.UseHeader("User-Agent", "Laptop/1.0 " + new string('x', 300));
        laptop.SignIn((await laptop.PostAsync("/auth/login", new { username = phone.Name, password = "my-password" })).Is(200));

        var sessions = (await phone.GetAsync("/auth/sessions")).Is(200).Body.EnumerateArray().ToList();
        var laptops = sessions[0];

        Assert.Equal(2, sessions.Count);
        Assert.StartsWith("Laptop/1.0", laptops.GetProperty("device_info").GetString(), StringComparison.Ordinal);
        Assert.Equal(255, laptops.GetProperty("device_info").GetString()!.Length);
        Assert.Equal("127.0.0.1", laptops.GetProperty("ip_address").GetString());
        Assert.True(laptops.GetProperty("is_active").GetBoolean());
        var path = $"/auth/sessions/{laptops.GetProperty("id").GetInt64()}";
        (await eve.DeleteAsync(path)).IsRefusal(404, "session.not_found");
        (await phone.DeleteAsync(path)).Is(200);
        (await phone.DeleteAsync(path)).IsRefusal(404, "session.not_found");
        (await laptop.GetAsync("/auth/me")).IsRefusal(401, "auth.session_ended");
        Assert.Single((await phone.GetAsync("/auth/sessions")).Is(200).Body.EnumerateArray());
    }
}

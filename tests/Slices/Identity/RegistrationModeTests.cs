using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>Registration can be closed, or by invitation.</summary>
public sealed class RegistrationModeTests
{
    private static readonly string[] Doors = ["/auth/register", "/api/auth/register", "/api/auth/register-enhanced", "/api/v1/auth/register"];

    [Theory, EachDatabase]
    public async Task Closed_is_closed_at_every_door_while_administrators_make_accounts(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:Registration", "Closed"));
        var root = await RootAsync(stoa);
        using var client = stoa.Stranger();

        foreach (var door in Doors)
            (await client.PostAsync(door, Body())).IsRefusal(403, "auth.registration_closed");
        (await root.PostAsync("/auth/users", Body())).Is(201);
    }

    [Theory, EachDatabase]
    public async Task An_invitation_for_three_makes_three_accounts_however_many_try_at_once(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:Registration", "Invitation"));
        var root = await RootAsync(stoa);
        var made = (await root.PostAsync("/api/admin/invitations", new { note = "choir", uses = 3 })).Is(201).Body;
        var code = made.GetProperty("code").GetString()!;
        using var client = stoa.Stranger();
        (await client.PostAsync("/auth/register", Body())).IsRefusal(403, "auth.invitation_needed");
        (await client.PostAsync("/auth/register", Body("made up"))).IsRefusal(403, "auth.invitation_needed");

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => client.PostAsync(Doors[i % Doors.Length], Body(code))));

        Assert.Equal(3, answers.Count(static a => a.Status is 200 or 201));
        Assert.All(answers.Where(static a => a.Status is not (200 or 201)), static a => a.IsRefusal(403, "auth.invitation_needed"));
        var listed = (await root.GetAsync("/api/admin/invitations")).Is(200);
        Assert.DoesNotContain(code, listed.Text, StringComparison.Ordinal);
        Assert.Equal(0, listed.Body.GetProperty("invitations")[0].GetProperty("uses_left").GetInt32());
    }

    [Theory, EachDatabase]
    public async Task A_failed_registration_gives_the_use_back_and_revoked_or_over_is_no_invitation(Database database)
    {
        var clock = new ManualClock();
        await using var stoa = StoaServer.Start(database, clock, ("Accounts:Registration", "Invitation"));
        var root = await RootAsync(stoa);
        async Task<(string Id, string Code)> InviteAsync()
        {
            var made = (await root.PostAsync("/api/admin/invitations", new { days = 2 })).Is(201).Body;
            return (made.GetProperty("id").GetString()!, made.GetProperty("code").GetString()!);
        }

        var (_, code) = await InviteAsync();
        using var client = stoa.Stranger();
        (await client.PostAsync("/auth/register", new { username = root.Name, email = "other@example.org", password = "my-password", invitation_code = code }))
            .IsRefusal(400, "auth.username_taken");
        (await client.PostAsync("/auth/register", Body(code))).Is(201);

        var (id, revoked) = await InviteAsync();
        (await root.DeleteAsync($"/api/admin/invitations/{id}")).Is(204);
        (await root.DeleteAsync($"/api/admin/invitations/{id}")).IsRefusal(404, "invitation.not_found");
        (await client.PostAsync("/auth/register", Body(revoked))).IsRefusal(403, "auth.invitation_needed");
        var (_, late) = await InviteAsync();
        clock.Advance(TimeSpan.FromDays(2));
        (await client.PostAsync("/auth/register", Body(late))).IsRefusal(403, "auth.invitation_needed");
    }

    [Theory, EachDatabase]
    public async Task Invitations_are_for_administrators_and_bounded(Database database)
    {
        var stoa = StoaServer.For(database);
        using var ana = await stoa.RegisterAsync();
        (await ana.PostAsync("/api/admin/invitations", new { uses = 1 })).Is(403);
        (await ana.GetAsync("/api/admin/invitations")).Is(403);
        using var root = await stoa.SuperuserAsync();
        (await root.PostAsync("/api/admin/invitations", new { uses = 0 })).Is(400);
        (await root.PostAsync("/api/admin/invitations", new { days = 366 })).Is(400);
    }

    private static object Body(string? code = null)
    {
        var name = StoaServer.Unique("invited");
        return new { username = name, email = $"{name}@example.org", password = "my-password", invitation_code = code };
    }

    /// <summary>Made past the doors, as the command line does.</summary>
    private static async Task<Person> RootAsync(StoaServer stoa)
    {
        var root = stoa.Stranger();
        var name = StoaServer.Unique("root");
        await stoa.CreateAdminAsync(name, "a-long-password");
        root.SignIn((await root.PostAsync("/auth/login", new { username = name, password = "a-long-password" })).Is(200));
        return root;
    }
}

using Stoa.TestSupport;
using Xunit;

namespace Slices.Identity;

/// <summary>On whom administrators may act: the table, in both directions.</summary>
public sealed class BoundaryTests
{
    private const string DeskKey = "the-desks-own-key-0123456789";

    [Theory, EachDatabase]
    public async Task Nobody_acts_on_himself_or_his_equals_whichever_way(Database database)
    {
        await using var stoa = StoaServer.Start(database, null, ("Accounts:AdminSecretKey", DeskKey), ("Accounts:LogInsPerMinute", "1000"));
        using var root = await stoa.SuperuserAsync();
        using var other = await stoa.SuperuserAsync();
        using var admin = await WithRoleAsync(stoa, root, "admin");
        using var equal = await WithRoleAsync(stoa, root, "super_admin");
        using var moderator = await WithRoleAsync(stoa, root, "moderator");
        using var ana = await stoa.RegisterAsync("ana");
        using var desk = stoa.Stranger();
        desk.UseHeader("x-admin-key", DeskKey);

        foreach (var (actor, target, code) in new (Person, Person, string?)[]
        {
            (root, root, "user.own_account"), (root, other, null), (root, admin, null), (root, ana, null),
            (admin, admin, "user.own_account"), (admin, root, "restriction.superuser"), (admin, equal, "restriction.administrator"), (admin, moderator, null), (admin, ana, null),
            (desk, root, "restriction.superuser"), (desk, admin, "restriction.administrator"), (desk, moderator, null), (desk, ana, null),
        })
        {
            foreach (var (impose, lift) in new[] { ("messaging/ban", "messaging/unban"), ("suspend", "unsuspend") })
            {
                // The desk's console has suspensions alone.
                if (actor == desk && impose != "suspend")
                    continue;
                actor.SignInAgain(await AgainAsync(actor));
                await MayAsync(actor, $"/api/admin/users/{target.Id}/{impose}", new { reason = "x" }, code);

                // What a superuser imposed is not lifted from below either.
                var isHeld = code is not null && target != root && (target != actor || impose != "suspend");
                if (isHeld)
                    (await root.PostAsync($"/api/admin/users/{target.Id}/{impose}", new { reason = "x" })).Is(200);
                await MayAsync(actor, $"/api/admin/users/{target.Id}/{lift}", null, code);
                if (isHeld)
                    (await root.PostAsync($"/api/admin/users/{target.Id}/{lift}", null)).Is(200);
            }
        }
    }

    [Theory, EachDatabase]
    public async Task A_banned_administrator_does_not_lift_his_own_ban(Database database)
    {
        var stoa = StoaServer.For(database);
        using var root = await stoa.SuperuserAsync();
        using var admin = await WithRoleAsync(stoa, root, "admin");
        using var ana = await stoa.RegisterAsync("ana");
        (await root.PostAsync($"/api/admin/users/{admin.Id}/messaging-ban", new { reason = "x" })).Is(200);

        (await admin.PostAsync($"/api/admin/users/{admin.Id}/messaging/unban", null)).IsRefusal(400, "user.own_account");

        (await admin.PostAsync("/messages", new { recipient_id = ana.Id, content = "hello" })).IsRefusal(403, "messaging.banned");
    }

    private static async Task MayAsync(Person actor, string path, object? body, string? code)
    {
        var answer = await actor.PostAsync(path, body);
        if (code is null)
            answer.Is(200);
        else
            answer.IsRefusal(code == "user.own_account" ? 400 : 403, code);
    }

    /// <summary>A suspension that was imposed meanwhile ended the sessions.</summary>
    private static async Task<Answer?> AgainAsync(Person person) =>
        person.Token.Length == 0 ? null : (await person.PostAsync("/auth/login", new { username = person.Name, password = "correct-horse" })).Is(200);

    private static async Task<Person> WithRoleAsync(StoaServer stoa, Person root, string role)
    {
        var person = await stoa.RegisterAsync(role.Replace('_', '-'));
        await stoa.GiveRoleAsync(root, person, role);
        return person;
    }
}

internal static class SignedInAgain
{
    public static void SignInAgain(this Person person, Answer? answer)
    {
        if (answer is not null)
            person.SignIn(answer);
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Data;

public sealed class FindTwinsTests
{
    [Theory, EachDatabase]
    public async Task Accounts_of_before_that_look_the_same_are_found_and_others_are_not(Database database)
    {
        await using var fresh = new FreshDatabase(database);
        await using var services = new ServiceCollection().AddStoaDb(fresh.Target).BuildServiceProvider();
        var databases = services.GetRequiredService<IDbContextFactory<StoaDb>>();
        var token = TestContext.Current.CancellationToken;
        await StartupMigration.RunAsync(databases, apply: true, NullLogger.Instance, token);
        await using var db = await databases.CreateDbContextAsync(token);
        var ids = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, email) in (IEnumerable<(string, string)>)
        [
            ("jos\u00E9", "one@example.org"), ("jose\u0301", "two@example.org"), ("zo\u00EB", "three@example.org"),
            ("four", "x@b\u00FCcher.example"), ("five", "x@xn--bcher-kva.example"), ("\uFF41\uFF4E\uFF41", "six@example.org"), ("ana", "seven@example.org"), ("plain", "plain@example.org"),
        ])
        {
            // The keys of before: lower case and nothing else.
            var user = User.Register(name, email, "x", DateTimeOffset.UnixEpoch);
            user.UsernameKey = name.ToLowerInvariant();
            user.EmailKey = email;
            db.Users.Add(user);
            await db.SaveChangesAsync(token);
            ids[email.Split('@')[0] == "x" ? name : email.Split('@')[0]] = user.Id;
        }

        var twins = await FindTwins.ReadAsync(db, token);

        Assert.Equal(
            [$"email of accounts {ids["four"]}, {ids["five"]}", $"username of accounts {ids["one"]}, {ids["two"]}", $"username of accounts {ids["six"]}, {ids["seven"]}"],
            twins.Select(static t => t.ToString()).Order(StringComparer.Ordinal));
    }
}

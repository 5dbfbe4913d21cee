using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Stoa.Core.Accounts;
using Stoa.Core.Data;
using Stoa.Server.Hosting.Security;
using Stoa.Server.Identity;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>Looks at accounts past the doors, and gives them roles through them.</summary>
public static class StoaServerAccounts
{
    /// <summary>Until when an account may not send, as every gate reads it.</summary>
    public static async Task<DateTimeOffset?> BannedUntilAsync(this StoaServer stoa, Person person)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<StoaDb>().Users.Where(u => u.Id == person.Id).Select(u => u.MessagingBannedUntil)
            .SingleAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What a query on the record answers.</summary>
    public static async Task<T> AskAsync<T>(this StoaServer stoa, Func<StoaDb, Task<T>> query)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        return await query(scope.ServiceProvider.GetRequiredService<StoaDb>());
    }

    /// <summary>Makes a superuser past the doors, as the command line does.</summary>
    public static async Task CreateAdminAsync(this StoaServer stoa, string name, string password)
    {
        await using var scope = stoa.Services.CreateAsyncScope();
        var create = ActivatorUtilities.CreateInstance<CreateAdmin>(scope.ServiceProvider);
        Assert.Null((await create.Handle(new(name, $"{name}@example.org", password), TestContext.Current.CancellationToken)).Refusal);
    }

    /// <summary>A link for a new password as it would be mailed, past the mail; answers its token.</summary>
    public static async Task<string> ResetTokenAsync(this StoaServer stoa, Person person)
    {
        var token = MailedLink.NewToken();
        await stoa.AskAsync(async db =>
        {
            var email = await db.Users.Where(u => u.Id == person.Id).Select(static u => u.EmailKey).SingleAsync(TestContext.Current.CancellationToken);
            var now = stoa.Services.GetRequiredService<TimeProvider>().GetUtcNow();
            db.PasswordResets.Add(new PasswordReset { UserId = person.Id, Email = email, TokenHash = MailedLink.HashOf(token), CreatedAt = now, ExpiresAt = now.AddHours(1) });
            return await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        });
        return token;
    }

    /// <summary>Makes the role if it is not there, and gives it as the only one.</summary>
    public static async Task GiveRoleAsync(this StoaServer stoa, Person superuser, Person person, string role)
    {
        await superuser.PostAsync("/auth/roles", new { name = role });
        var id = (await superuser.GetAsync("/auth/roles")).Is(200).Body.EnumerateArray().Single(r => r.GetProperty("name").GetString() == role).GetProperty("id").GetInt64();
        (await superuser.PutAsync($"/auth/users/{person.Id}/roles", new { role_ids = new[] { id } })).Is(200);
    }

    /// <summary>Every route the server has.</summary>
    public static IEnumerable<ServerRoute> Routes(this StoaServer stoa) => stoa.Services.GetServices<EndpointDataSource>().SelectMany(static s => s.Endpoints).OfType<RouteEndpoint>()
        .Select(static e => new ServerRoute(
            e.RoutePattern.RawText ?? "",
            e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? [],
            e.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(static a => a.Policy is not null),
            e.Metadata.GetMetadata<ReadsOthers>() is not null));
}

/// <summary>One route, as tests ask about it.</summary>
/// <param name="IsForAdministrators">It asks for more than a session.</param>
/// <param name="IsMarked">It says whether it shows what is others'.</param>
public sealed record ServerRoute(string Pattern, IReadOnlyList<string> Methods, bool IsForAdministrators, bool IsMarked);

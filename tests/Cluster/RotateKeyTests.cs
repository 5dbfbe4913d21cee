using Cluster.Clients;
using Cluster.Processes;
using Microsoft.EntityFrameworkCore;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

/// <summary>A new signing key costs nobody anything, and the old one can go.</summary>
public sealed class RotateKeyTests
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    [Theory, EachDatabase]
    public async Task Tokens_authenticators_and_recovery_codes_survive_a_new_key_and_the_old_one_is_retired_when_nothing_needs_it(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");
        await ProveEmailAsync(database, ana);
        var enrolled = (await ana.PostAsync("/auth/totp", new { password = Client.Password })).Is(200);
        var app = new AuthenticatorApp(enrolled.GetProperty("otpauth_uri").GetString()!, TimeProvider.System);
        var codes = (await ana.PostAsync("/auth/totp/confirm", new { code = app.Code() })).Is(200).GetProperty("recovery_codes");

        (await Verb.RunAsync(database, ["rotate-key"])).Works();
        (await Verb.RunAsync(database, ["rotate-key", "--retire"])).Refuses("an older key is still needed: 1 authenticators");
        Assert.Equal(0, await server.StopAsync(StopLimit));
        await server.StartAsync();

        Assert.Equal("ana", (await ana.GetAsync("/auth/me")).Is(200).GetProperty("username").GetString());
        await SecondStepAsync(ana, app.Code(steps: 1));
        await SecondStepAsync(ana, codes[0].GetString()!);
        (await Verb.RunAsync(database, ["rotate-key", "--retire"])).Refuses("0 authenticators are sealed by one");
        codes = (await ana.PostAsync("/auth/totp/recovery-codes", new { password = Client.Password })).Is(200).GetProperty("recovery_codes");
        (await Verb.RunAsync(database, ["rotate-key", "--retire"])).Works();
        Assert.Equal(0, await server.StopAsync(StopLimit));
        await server.StartAsync();
        await SecondStepAsync(ana, codes[0].GetString()!);
        Assert.Equal(["key.rotated", "key.retired"], await NotedAsync(database));
    }

    private static async Task ProveEmailAsync(ServerDatabase database, Client person)
    {
        var folder = Path.Combine(database.Folder, "node", "mail");
        var welcome = await Eventually.GetAsync(
            () => Directory.Exists(folder) ? Directory.GetFiles(folder, "*.eml").Select(static f => new WrittenMail(f)).FirstOrDefault(m => m.To == $"{person.Name}@example.org") : null,
            static m => m is not null, static _ => "no welcome mail");
        (await person.PostAsync($"/api/v1/users/verify-email/{welcome!.Token}", new { })).Is(200);
    }

    /// <summary>What is in the audit trail of the acts of commands, in order.</summary>
    private static async Task<List<string>> NotedAsync(ServerDatabase database)
    {
        await using var db = Stoa.Core.Data.StoaDbServices.Open(database.Target);
        return await db.Audit.Where(static e => e.TargetType == "key").OrderBy(static e => e.Id).Select(static e => e.Action)
            .ToListAsync(TestContext.Current.CancellationToken);
    }

    private static async Task SecondStepAsync(Client person, string code)
    {
        var token = (await person.PostAsync("/auth/login", new { username = person.Name, password = Client.Password })).Is(401).GetProperty("mfa_token").GetString();
        (await person.PostAsync("/auth/mfa", new { mfa_token = token, code })).Is(200);
    }

    [Fact]
    public async Task With_a_configured_secret_the_verb_changes_nothing_and_says_where_the_key_is()
    {
        await using var database = new ServerDatabase(Database.Sqlite);
        await using var server = new ServerProcess(database);
        await server.StartAsync();

        var said = (await Verb.RunAsync(database, ["rotate-key"], ("SECRET_KEY", "a secret of more than thirty-two bytes"))).Works();

        Assert.Contains("Tokens:PreviousSecrets", said.Output, StringComparison.Ordinal);
        (await Verb.RunAsync(database, ["rotate-key", "--force"])).Refuses("usage: rotate-key", code: 2);
    }

    [Theory, EachDatabase]
    public async Task What_a_first_start_writes_is_its_own_accounts_alone(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database, "fresh");
        await server.StartAsync();
        using var ana = await Client.RegisterAsync(server, "ana");

        var written = Directory.EnumerateFileSystemEntries(Path.Combine(database.Folder, "fresh"), "*", SearchOption.AllDirectories)
            .Where(static path => !path.EndsWith("console.log", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(written);
        Assert.All(written, static path => Assert.True((File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111) == 0, $"{path} {File.GetUnixFileMode(path)}"));
    }
}

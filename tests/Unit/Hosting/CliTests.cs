using Stoa.Core.Data;
using Stoa.Server.Cli;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Hosting;

/// <summary>What a verb prints and its exit code.</summary>
[Collection(nameof(StartingFolder))]
public sealed class CliTests : IDisposable
{
    private readonly StartingFolder here = new();
    private readonly TextWriter consoleOut = Console.Out;
    private readonly TextWriter consoleError = Console.Error;
    private readonly StringWriter output = new();
    private readonly StringWriter errors = new();
    private string[]? served;

    public CliTests()
    {
        Console.SetOut(output);
        Console.SetError(errors);
    }

    public void Dispose()
    {
        Console.SetOut(consoleOut);
        Console.SetError(consoleError);
        here.Dispose();
    }

    [Theory, Requirement("S1-71")]
    [InlineData("")]
    [InlineData("serve")]
    [InlineData("serve --Listen:Port=1")]
    [InlineData("--Listen:Port=1")]
    public async Task Without_a_verb_or_with_serve_it_is_the_server(string line)
    {
        Assert.Equal(17, await RunAsync(line));

        Assert.Equal(line.Contains('1', StringComparison.Ordinal) ? ["--Listen:Port=1"] : [], served!);
    }

    [Theory]
    [InlineData("frobnicate")]
    [InlineData("serve now")]
    public async Task An_unknown_verb_prints_the_usage_to_the_error_output(string line)
    {
        Assert.Equal(2, await RunAsync(line));

        Assert.Contains("migrate", errors.ToString(), StringComparison.Ordinal);
        Assert.Empty(output.ToString());
        Assert.Null(served);
    }

    [Theory]
    [InlineData("help")]
    [InlineData("serve --help")]
    public async Task Help_prints_the_usage_to_the_output(string line)
    {
        Assert.Equal(0, await RunAsync(line));

        Assert.Contains("check-config", output.ToString(), StringComparison.Ordinal);
    }

    [Fact, Requirement("S1-65", "S1-67", "S1-68")]
    public async Task Migrate_works_on_the_configured_database()
    {
        here.With("DATABASE_URL", "sqlite:///./own/file.db");

        Assert.Equal(0, await RunAsync("migrate up"));
        Assert.True(File.Exists("own/file.db"));
        Assert.Equal(0, await RunAsync("migrate history"));
        Assert.Contains("applied  ", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, await RunAsync("migrate sideways"));
    }

    [Fact, Requirement("S1-86")]
    public async Task Create_admin_makes_a_superuser_once()
    {
        here.With("DATABASE_URL", "sqlite:///./own/file.db").With("BCRYPT_ROUNDS", "4");

        Assert.Equal(0, await RunAsync("create-admin --username root --email root@example.org --password Secret-1"));
        Assert.Equal(1, await RunAsync("create-admin --username ROOT --email other@example.org --password Secret-1"));
        Assert.Equal(1, await RunAsync("create-admin --username x --email no-address --password Secret-1"));
        Assert.Equal(1, await RunAsync("create-admin --username x --email x@example.org --password short"));
        Assert.Equal(1, await RunAsync("create-admin --username x --email x@example.org --password too-simple --Passwords:RequireComplexity=true"));

        Assert.Contains("Username already registered", errors.ToString(), StringComparison.Ordinal);
        await using var db = StoaDbServices.Open(DatabaseUrl.Read("sqlite:///./own/file.db", "stoa"));
        var root = Assert.Single(db.Users);
        Assert.True(root is { Username: "root", IsSuperuser: true, IsActive: true });
        Assert.DoesNotContain("Secret-1", root.PasswordHash, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_config_prints_every_value_and_its_source()
    {
        here.With("PORT", "8080");

        Assert.Equal(0, await RunAsync("check-config --Logs:Folder="));

        Assert.Matches(@"Listen:Port +\= 8080  \(environment PORT\)", output.ToString());
        Assert.Matches(@"Logs:Folder +\= \(none\)  \(command line\)", output.ToString());
        Assert.Matches(@"Outbox:Lease +\= 00:00:30  \(default\)", output.ToString());
    }

    [Theory]
    [InlineData("check-config")]
    [InlineData("migrate up")]
    public async Task Wrong_settings_end_every_verb_with_78_and_the_reasons(string verb)
    {
        Assert.Equal(78, await RunAsync($"{verb} --Passwords:BcryptRounds=99"));

        Assert.Contains("Passwords:BcryptRounds (command line) is '99'", errors.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists("data"));
    }

    private Task<int> RunAsync(string line) => Cli.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries), options =>
    {
        served = options;
        return Task.FromResult(17);
    });
}

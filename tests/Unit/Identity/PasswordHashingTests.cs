using Org.BouncyCastle.Crypto.Generators;
using Stoa.Server.Identity;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Identity;

public sealed class PasswordHashingTests
{
    [Fact]
    [Requirement("S1-4")]
    [Requirement("S1-75")]
    public async Task A_hash_is_salted_bcrypt_and_fits_its_password_only()
    {
        using var hashing = new PasswordHashing(cost: 4, threads: 1, queueLength: 10, TimeProvider.System);

        var one = (await hashing.HashAsync("päss wörd 😀", HashingShare.Known, Token)).Value;
        var other = (await hashing.HashAsync("päss wörd 😀", HashingShare.Known, Token)).Value;

        Assert.StartsWith("$2b$04$", one, StringComparison.Ordinal);
        Assert.NotEqual(one, other);
        Assert.True((await hashing.VerifyAsync("päss wörd 😀", one, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync("päss wörd", one, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync("päss wörd 😀", null, HashingShare.Known, Token)).Value);
    }

    [Theory]
    [InlineData("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")]
    [InlineData("U*U*", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK")]
    [InlineData("U*U*U", "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a")]
    public async Task Hashes_of_other_implementations_are_understood(string password, string hash)
    {
        using var hashing = new PasswordHashing(cost: 4, threads: 1, queueLength: 10, TimeProvider.System);

        Assert.True((await hashing.VerifyAsync(password, hash, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync(password + "x", hash, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync(password, hash.Replace("$2a$", "$2b$", StringComparison.Ordinal)[..^1] + ".", HashingShare.Known, Token)).Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("päss wörd 😀")]
    [InlineData("a zero\0byte")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123456789012")]
    public async Task What_the_systems_library_makes_the_other_one_reads_and_the_other_way_round(string password)
    {
        using var hashing = new PasswordHashing(cost: 4, threads: 1, queueLength: 10, TimeProvider.System);
        var others = OpenBsdBCrypt.Generate("2b", password.ToCharArray(), new byte[16], 4);

        Assert.True(OpenBsdBCrypt.CheckPassword((await hashing.HashAsync(password, HashingShare.Known, Token)).Value, password.ToCharArray()));
        Assert.True((await hashing.VerifyAsync(password, others, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync("x" + password, others, HashingShare.Known, Token)).Value);
    }

    [Fact]
    public async Task Every_byte_of_a_long_password_counts()
    {
        using var hashing = new PasswordHashing(cost: 4, threads: 1, queueLength: 10, TimeProvider.System);
        var start = new string('x', 80);

        var hash = (await hashing.HashAsync(start + "a", HashingShare.Known, Token)).Value;

        Assert.True((await hashing.VerifyAsync(start + "a", hash, HashingShare.Known, Token)).Value);
        Assert.False((await hashing.VerifyAsync(start + "b", hash, HashingShare.Known, Token)).Value);
    }

    [Fact]
    public async Task Beyond_the_queue_work_is_refused()
    {
        using var hashing = new PasswordHashing(cost: 10, threads: 1, queueLength: 2, TimeProvider.System);

        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => hashing.HashAsync("password", HashingShare.Known, Token)));

        Assert.Contains(all, static h => h.Refusal == PasswordHashing.Busy);
        Assert.Contains(all, static h => h.Refusal is null);
    }

    [Fact]
    public async Task A_hash_of_a_lower_cost_is_outdated()
    {
        using var cheap = new PasswordHashing(cost: 4, threads: 1, queueLength: 10, TimeProvider.System);
        using var dear = new PasswordHashing(cost: 5, threads: 1, queueLength: 10, TimeProvider.System);
        var hash = (await cheap.HashAsync("password", HashingShare.Known, Token)).Value;

        Assert.False(cheap.IsOutdated(hash));
        Assert.True(dear.IsOutdated(hash));
        Assert.True((await dear.VerifyAsync("password", hash, HashingShare.Known, Token)).Value);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;
}

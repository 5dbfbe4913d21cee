using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Stoa.Server.Hosting.Tokens;
using Stoa.TestSupport;
using Xunit;

namespace Unit.Tokens;

/// <summary>RFC 7515 and the safeguards of RFC 8725.</summary>
public sealed class AccessTokensTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef");
    private static readonly byte[] OldKey = Encoding.ASCII.GetBytes("fedcba9876543210fedcba9876543210");
    private readonly ManualClock clock = new();

    [Fact]
    [Requirement("S1-75")]
    public void A_token_says_whose_session_it_is()
    {
        var tokens = Tokens();

        var token = tokens.Sign(7, 42, "ana");

        Assert.Equal(TokenFault.None, tokens.Verify(token, out var claims));
        Assert.Equal(new AccessClaims(7, 42), claims);
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token.Split('.')[1]));
        Assert.Contains("\"sub\":\"7\",\"username\":\"ana\",\"type\":\"access\"", payload, StringComparison.Ordinal);
    }

    [Fact]
    public void It_ends_after_its_lifetime_and_the_skew_to_the_second()
    {
        var tokens = Tokens();
        var token = tokens.Sign(7, 42, "ana");

        clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(29));
        Assert.Equal(TokenFault.None, tokens.Verify(token, out _));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TokenFault.Expired, tokens.Verify(token, out var claims));
        Assert.Equal(default, claims);
    }

    [Fact]
    public void A_changed_byte_anywhere_spoils_it()
    {
        var tokens = Tokens();
        var token = tokens.Sign(7, 42, "ana");

        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];

            // The last character of the signature has two bits that base64url ignores.
            if (i == token.Length - 1)
                continue;
            Assert.True(tokens.Verify(changed, out _) == TokenFault.Malformed, $"position {i}");
        }
    }

    [Theory]
    [InlineData("""{"alg":"none","typ":"JWT"}""")]
    [InlineData("""{"alg":"RS256","kid":"now","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS512","kid":"now","typ":"JWT"}""")]
    [InlineData("""{"alg":"hs256","kid":"now","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","kid":"other","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","typ":"JWT"}""")]
    [InlineData("""{"alg":"HS256","kid":"now","typ":"JWT","crit":["exp"]}""")]
    public void Another_header_is_refused_even_with_a_right_signature(string header)
    {
        var token = Forge(header, """{"sub":"7","sid":42,"type":"access","exp":4102444800}""", Key);

        Assert.Equal(TokenFault.Malformed, Tokens().Verify(token, out _));
        Assert.Equal(TokenFault.Malformed, Tokens().Verify(token[..(token.LastIndexOf('.') + 1)], out _));
    }

    [Theory]
    [InlineData("""{"sid":42,"type":"access","exp":4102444800}""")]
    [InlineData("""{"sub":"7","type":"access","exp":4102444800}""")]
    [InlineData("""{"sub":"7","sid":42,"type":"access"}""")]
    [InlineData("""{"sub":"7","sid":42,"exp":4102444800}""")]
    [InlineData("""{"sub":"7","sid":42,"type":"refresh","exp":4102444800}""")]
    [InlineData("""{"sub":"ana","sid":42,"type":"access","exp":4102444800}""")]
    [InlineData("""{"sub":"7","sid":42,"type":"access","exp":"soon"}""")]
    [InlineData("""{"sub":"7","sid":1e99,"type":"access","exp":4102444800}""")]
    [InlineData("""["sub"]""")]
    [InlineData("""{"sub":""")]
    [InlineData("")]
    public void Signed_claims_that_are_not_those_of_an_access_token_are_refused(string payload) =>
        Assert.Equal(TokenFault.Malformed, Tokens().Verify(Forge("""{"alg":"HS256","kid":"now","typ":"JWT"}""", payload, Key), out _));

    [Fact]
    public void A_retired_key_is_accepted_until_it_is_removed()
    {
        var before = new AccessTokens(new SigningKeys("old", new Dictionary<string, byte[]> { ["old"] = OldKey }), TimeSpan.FromMinutes(30), TimeSpan.Zero, clock);
        var during = new AccessTokens(
            new SigningKeys("now", new Dictionary<string, byte[]> { ["now"] = Key, ["old"] = OldKey }), TimeSpan.FromMinutes(30), TimeSpan.Zero, clock);
        var token = before.Sign(7, 42, "ana");

        Assert.Equal(TokenFault.None, during.Verify(token, out _));
        Assert.Equal(TokenFault.Malformed, Tokens().Verify(token, out _));
        Assert.Equal(TokenFault.Malformed, before.Verify(during.Sign(7, 42, "ana"), out _));
    }

    [Fact]
    [Requirement("S1-3")]
    public void A_short_key_is_no_key() =>
        Assert.Throws<InvalidOperationException>(() => new AccessTokens(
            new SigningKeys("now", new Dictionary<string, byte[]> { ["now"] = new byte[31] }), TimeSpan.FromMinutes(30), TimeSpan.Zero, clock));

    [Fact]
    public void Without_a_configured_key_one_is_made_once_for_its_owner_alone()
    {
        var folder = Directory.CreateTempSubdirectory("stoa-key-").FullName;

        var first = SigningKeys.Load(null, [], folder);
        var again = SigningKeys.Load(null, [], folder);

        Assert.Equal(first.ById[first.CurrentId], again.ById[again.CurrentId]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "signing.key")));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void What_was_signed_by_the_servers_own_key_or_for_another_purpose_is_no_token()
    {
        const string Header = """{"alg":"HS256","kid":"now","typ":"JWT"}""";
        const string Claims = """{"sub":"7","sid":42,"type":"access","exp":4102444800}""";
        var head = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Claims))}";
        string SignedBy(byte[] key) => $"{head}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(head)))}";
        var keys = new SigningKeys("now", new Dictionary<string, byte[]> { ["now"] = Key });

        Assert.Equal(TokenFault.None, Tokens().Verify(SignedBy(keys.For(AccessTokens.Purpose, "now")), out _));
        Assert.Equal(TokenFault.Malformed, Tokens().Verify(SignedBy(Key), out _));
        Assert.Equal(TokenFault.Malformed, Tokens().Verify(SignedBy(keys.For("file link", "now")), out _));
    }

    private AccessTokens Tokens() =>
        new(new SigningKeys("now", new Dictionary<string, byte[]> { ["now"] = Key }), TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(30), clock);

    /// <summary>Signed as the server does: by the key derived for tokens.</summary>
    private static string Forge(string header, string payload, byte[] root)
    {
        var key = new SigningKeys("now", new Dictionary<string, byte[]> { ["now"] = root }).For(AccessTokens.Purpose, "now");
        var head = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{head}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(head)))}";
    }
}

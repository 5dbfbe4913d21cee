using System.Text;
using Stoa.Server.Messaging.Sms;
using Xunit;

namespace Unit.Messaging;

/// <summary>Signatures that Twilio's own library made.</summary>
public sealed class TwilioSignatureTests
{
    private const string Token = "12345";

    [Theory]
    [InlineData("https://example.com/hook", "", "JuPavG0Zweu3T+LUwMO9lxmVvgY=")]
    [InlineData("https://example.com/hook?a=1&b=2", "To=+15550001 From=+15550002 Body=hello_world_&_more", "8Xu9qG+9nHRcO3ysfgb8wbiVYQk=")]
    [InlineData("https://example.com:8443/hook", "CallSid=CA123 Digits=1#* empty=", "Y5L7rFbkiIHfOMuq+7pr7hJ/a28=")]
    [InlineData("https://example.com/multi", "Media=b,a,b a=1 B=2 A=3", "kTFGzsRLECQK0COVh1BKsTC1aNU=")]
    public void Its_signatures_hold(string url, string fields, string signature)
    {
        Assert.True(TwilioSignature.IsValid(Token, signature, url, Fields(fields)));
        Assert.False(TwilioSignature.IsValid("12346", signature, url, Fields(fields)));
        Assert.False(TwilioSignature.IsValid(Token, signature, url + "x", Fields(fields)));
        Assert.False(TwilioSignature.IsValid(Token, signature, url, Fields(fields + " More=1")));
        Assert.False(TwilioSignature.IsValid(Token, "A" + signature[1..], url, Fields(fields)));
    }

    [Theory]
    [InlineData("https://example.com:443/hook")]
    [InlineData("https://example.com:9999/hook")]
    public void A_port_that_a_proxy_added_does_not_matter(string url) => Assert.True(TwilioSignature.IsValid(Token, "JuPavG0Zweu3T+LUwMO9lxmVvgY=", url, []));

    [Theory]
    [InlineData("http://example.com/hook")]
    [InlineData("https://example.com.evil/hook")]
    [InlineData("https://example.com/hook/")]
    [InlineData("https://[2001:db8::1]:80/hook")]
    [InlineData("example.com")]
    [InlineData("")]
    public void Another_address_is_another_signature(string url) => Assert.False(TwilioSignature.IsValid(Token, "JuPavG0Zweu3T+LUwMO9lxmVvgY=", url, []));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("JuPavG0Zweu3T+LUwMO9lxmVvg")]
    [InlineData("not base64 at all, and much longer than a signature has any reason to be")]
    [InlineData("AAAA")]
    public void What_is_no_signature_is_refused(string? signature) => Assert.False(TwilioSignature.IsValid(Token, signature, "https://example.com/hook", []));

    [Fact]
    public void A_json_body_is_held_by_its_hash_in_the_address()
    {
        var body = Encoding.UTF8.GetBytes("""{"Body":"x"}""");
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        var url = $"https://example.com/hook?bodySHA256={hash}";
        var signature = Stoa.TestSupport.TwilioServer.Sign(Token, url, []);

        Assert.True(TwilioSignature.IsValidJson(Token, signature, url, hash, body));
        Assert.False(TwilioSignature.IsValidJson(Token, signature, url, hash, Encoding.UTF8.GetBytes("""{"Body":"y"}""")));
        Assert.False(TwilioSignature.IsValidJson(Token, signature, url, null, body));
        Assert.False(TwilioSignature.IsValidJson(Token, "JuPavG0Zweu3T+LUwMO9lxmVvgY=", url, hash, body));
    }

    [Fact]
    public void A_long_message_is_cut_at_blanks_and_never_within_a_character()
    {
        Assert.Equal(["short"], SmsParts.Of(" short "));
        Assert.Empty(SmsParts.Of("  "));

        var words = SmsParts.Of(string.Join(' ', Enumerable.Repeat("word", 700)));
        Assert.Equal(3, words.Count);
        Assert.All(words, static (part, i) => Assert.Matches($"^\\({i + 1}/3\\) (word )*word$", part));
        Assert.Equal(700, words.Sum(static p => p.Split("word").Length - 1));

        var smiles = SmsParts.Of("x" + string.Concat(Enumerable.Repeat("😀", 1000)));
        Assert.All(smiles, static p => Assert.False(char.IsHighSurrogate(p[^1])));
        Assert.All(smiles, static p => Assert.InRange(p.Length, 1, 1600));
    }

    private static Dictionary<string, IReadOnlyList<string>> Fields(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static f => f.Split('=', 2))
        .ToDictionary(static f => f[0], static f => (IReadOnlyList<string>)[.. f[1].Replace('_', ' ').Split(',')], StringComparer.Ordinal);
}

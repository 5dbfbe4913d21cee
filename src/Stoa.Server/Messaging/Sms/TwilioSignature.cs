using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Stoa.Server.Messaging.Sms;

/// <summary>Whether a delivery comes from who has the account's auth token: Twilio's <c>X-Twilio-Signature</c>.</summary>
/// <remarks>
/// <c>base64(HMAC-SHA1(token, URL + for each parameter in byte order: name + value))</c>; of a repeated parameter every distinct value in byte
/// order, each after its name. A JSON body is not among the parameters: the URL then carries its SHA-256 as <c>bodySHA256</c>. It has no time in it,
/// so an old delivery can be played again: <see cref="TakeSms"/> knows it by its id.
/// </remarks>
public static class TwilioSignature
{
    public const string Header = "X-Twilio-Signature";

    /// <summary>The query parameter with the hash of a JSON body, lower-case hex.</summary>
    public const string BodyHash = "bodySHA256";

    /// <param name="url">As Twilio was told it, with the query; whether it names a port is tried both ways, because proxies differ in it.</param>
    /// <param name="parameters">A form's fields with their values; none for a JSON body.</param>
    public static bool IsValid(string token, string? signature, string url, IReadOnlyCollection<KeyValuePair<string, IReadOnlyList<string>>> parameters)
    {
        Span<byte> given = stackalloc byte[HMACSHA1.HashSizeInBytes];
        if (signature is null || !Convert.TryFromBase64String(signature, given, out var length) || length != given.Length)
            return false;

        var key = Encoding.UTF8.GetBytes(token);
        var fields = Fields(parameters);
        var isValid = false;
        foreach (var address in Forms(url))
            isValid |= CryptographicOperations.FixedTimeEquals(given, Sign(key, address + fields));
        return isValid;
    }

    /// <summary>The same for a JSON body: the signed URL must name the body's own hash.</summary>
    public static bool IsValidJson(string token, string? signature, string url, string? bodyHash, ReadOnlySpan<byte> body)
    {
        if (bodyHash is null)
            return false;
        var isSame = CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(bodyHash), Encoding.UTF8.GetBytes(Convert.ToHexStringLower(SHA256.HashData(body))));
        return isSame && IsValid(token, signature, url, []);
    }

    private static byte[] Sign(byte[] key, string data)
    {
#pragma warning disable CA5350 // Twilio signs with HMAC-SHA1; the weakness of SHA-1 is collisions, which a MAC does not rest on.
        return HMACSHA1.HashData(key, Encoding.UTF8.GetBytes(data));
#pragma warning restore CA5350
    }

    private static string Fields(IReadOnlyCollection<KeyValuePair<string, IReadOnlyList<string>>> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, values) in parameters.OrderBy(static p => p.Key, StringComparer.Ordinal))
        {
            foreach (var value in values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                text.Append(name).Append(value);
        }

        return text.ToString();
    }

    /// <summary>As it is, without a port, and with the scheme's own.</summary>
    private static IEnumerable<string> Forms(string url)
    {
        yield return url;
        var start = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (start < 3)
            yield break;
        var end = url.AsSpan(start).IndexOfAny('/', '?') is var found and >= 0 ? start + found : url.Length;
        var colon = url.LastIndexOf(':', end - 1, end - start);
        var hasPort = colon > 0 && url.AsSpan(colon + 1, end - colon - 1).IndexOfAnyExceptInRange('0', '9') < 0;
        var host = url[..(hasPort ? colon : end)];
        var port = url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) ? 443 : 80;
        yield return host + url[end..];
        yield return string.Create(CultureInfo.InvariantCulture, $"{host}:{port}{url[end..]}");
    }
}

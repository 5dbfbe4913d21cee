using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Stoa.Bare;

/// <summary>Access tokens as the real server's: a JWT signed with HS256 (RFC 7519).</summary>
internal sealed class Tokens
{
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    public string Issue(long id)
    {
        var until = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();
        var signed = $"{Header}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"sub":{{id}},"exp":{{until}}}""")))}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Whose request it is; null without a valid token.</summary>
    public long? Read(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || !header.Contains('.', StringComparison.Ordinal))
            return null;
        var token = header.AsSpan("Bearer ".Length);
        var at = token.LastIndexOf('.');
        Span<byte> signed = stackalloc byte[512], said = stackalloc byte[64], own = stackalloc byte[32];
        var length = Encoding.ASCII.GetBytes(token[..at], signed);
        HMACSHA256.HashData(key, signed[..length], own);
        if (!Base64Url.TryDecodeFromChars(token[(at + 1)..], said, out var written) || !CryptographicOperations.FixedTimeEquals(own, said[..written]))
            return null;
        var reader = new Utf8JsonReader(Base64Url.DecodeFromChars(token[(token.IndexOf('.') + 1)..at]));
        long id = 0, until = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isId = reader.ValueTextEquals("sub"u8);
            reader.Read();
            if (isId)
                id = reader.GetInt64();
            else
                until = reader.GetInt64();
        }

        return until > DateTimeOffset.UtcNow.ToUnixTimeSeconds() ? id : null;
    }
}

using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Stoa.Server.Hosting.Tokens;

/// <summary>Why a token is not good.</summary>
public enum TokenFault
{
    None,
    Malformed,
    Expired,
}

/// <summary>What a good token says.</summary>
public readonly record struct AccessClaims(long UserId, long SessionId);

/// <summary>Access tokens: JWT, HS256 (RFC 7515, RFC 7519), with the safeguards of RFC 8725.</summary>
/// <remarks>
/// The header segment is looked up whole among the headers this server itself writes, one per key. So <c>alg</c>, <c>typ</c> and <c>kid</c>
/// are pinned by construction: <c>none</c>, another algorithm, another member order or an unknown key find nothing.
/// A token carries its session: it dies with it (<see cref="SessionGate"/>).
/// </remarks>
public sealed class AccessTokens
{
    /// <summary>Tokens are signed by a key of their own: what else the server signs or seals can never pass for one.</summary>
    public const string Purpose = "access token";

    private const int MaxLength = 4096;
    private const int SignatureLength = 43;
    private readonly TimeProvider clock;
    private readonly long skew;
    private readonly string currentHeader;
    private readonly byte[] currentKey;
    private readonly Dictionary<string, byte[]> keyByHeader = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]>.AlternateLookup<ReadOnlySpan<char>> lookup;

    /// <param name="lifetime">From issue to expiry; 30 minutes unless configured.</param>
    /// <param name="skew">How far clocks of nodes may differ.</param>
    public AccessTokens(SigningKeys keys, TimeSpan lifetime, TimeSpan skew, TimeProvider clock)
    {
        this.clock = clock;
        this.skew = (long)skew.TotalSeconds;
        Lifetime = lifetime;
        foreach (var (id, key) in keys.ById)
        {
            if (key.Length < SigningKeys.MinimumBytes)
                throw new InvalidOperationException($"The signing key {id} has fewer than {SigningKeys.MinimumBytes} bytes.");
            keyByHeader[Header(id)] = keys.For(Purpose, id);
        }

        currentHeader = Header(keys.CurrentId);
        currentKey = keyByHeader[currentHeader];
        lookup = keyByHeader.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public TimeSpan Lifetime { get; }

    /// <summary>A token for one session, good from now for <see cref="Lifetime"/> or the given time.</summary>
    public string Sign(long userId, long sessionId, string username, TimeSpan? lifetime = null)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("sub", userId.ToString(System.Globalization.CultureInfo.InvariantCulture));
            json.WriteString("username", username);
            json.WriteString("type", "access");
            json.WriteNumber("sid", sessionId);
            json.WriteNumber("iat", now);
            json.WriteNumber("exp", now + (long)(lifetime ?? Lifetime).TotalSeconds);
            json.WriteEndObject();
        }

        var head = $"{currentHeader}.{Base64Url.EncodeToString(buffer.WrittenSpan)}";
        var mac = HMACSHA256.HashData(currentKey, Encoding.ASCII.GetBytes(head));
        return $"{head}.{Base64Url.EncodeToString(mac)}";
    }

    /// <summary>Reads a token's claims once its signature holds. Says nothing about the session being alive.</summary>
    public TokenFault Verify(ReadOnlySpan<char> token, out AccessClaims claims)
    {
        claims = default;
        if (token.Length is 0 or > MaxLength || !Ascii.IsValid(token))
            return TokenFault.Malformed;

        var first = token.IndexOf('.');
        var last = token.LastIndexOf('.');
        if (first <= 0 || last <= first + 1 || token[(first + 1)..last].Contains('.') || token.Length - last - 1 != SignatureLength)
            return TokenFault.Malformed;

        if (!lookup.TryGetValue(token[..first], out var key))
            return TokenFault.Malformed;

        var rented = ArrayPool<byte>.Shared.Rent(last);
        try
        {
            Encoding.ASCII.GetBytes(token[..last], rented);
            return SignatureHolds(key, rented.AsSpan(0, last), token[(last + 1)..])
                ? ReadClaims(rented.AsSpan(first + 1, last - first - 1), out claims)
                : TokenFault.Malformed;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool SignatureHolds(byte[] key, ReadOnlySpan<byte> signed, ReadOnlySpan<char> signature)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, signed, mac);
        return Base64Url.TryDecodeFromChars(signature, given, out var length)
            && length == given.Length
            && CryptographicOperations.FixedTimeEquals(mac, given);
    }

    private TokenFault ReadClaims(Span<byte> payload, out AccessClaims claims)
    {
        claims = default;
        long? expires = null, session = null, subject = null;
        var isAccess = false;
        try
        {
            var reader = new Utf8JsonReader(payload[..Base64Url.DecodeFromUtf8InPlace(payload)]);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("exp"u8))
                    expires = NextNumber(ref reader);
                else if (reader.ValueTextEquals("sid"u8))
                    session = NextNumber(ref reader);
                else if (reader.ValueTextEquals("sub"u8))
                    subject = NextNumber(ref reader);
                else if (reader.ValueTextEquals("type"u8))
                    isAccess = reader.Read() && reader.ValueTextEquals("access"u8);
                else
                    reader.Skip();
            }
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return TokenFault.Malformed;
        }

        if (expires is null || session is null || subject is null || !isAccess)
            return TokenFault.Malformed;
        if (clock.GetUtcNow().ToUnixTimeSeconds() >= expires + skew)
            return TokenFault.Expired;
        claims = new AccessClaims(subject.Value, session.Value);
        return TokenFault.None;
    }

    /// <summary>A number, or a string of digits as <c>sub</c> has it.</summary>
    private static long? NextNumber(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var number) ? number : null;
        return reader.TokenType == JsonTokenType.String && Utf8Parser.TryParse(reader.ValueSpan, out long parsed, out var used) && used == reader.ValueSpan.Length
            ? parsed
            : null;
    }

    private static string Header(string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"alg":"HS256","kid":"{{JsonEncodedText.Encode(id)}}","typ":"JWT"}"""));
}

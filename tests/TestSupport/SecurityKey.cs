using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Stoa.TestSupport;

/// <summary>A WebAuthn authenticator and the browser before it, in software: ES256, no attestation, verifies its user.</summary>
/// <remarks>What a test may want to be wrong can be set: the page's origin, the flags, the counter.</remarks>
public sealed class SecurityKey(string origin) : IDisposable
{
    private const byte UserPresent = 0x01, UserVerified = 0x04, CredentialAttached = 0x40;
    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] id = RandomNumberGenerator.GetBytes(32);
    private string userHandle = "";

    public string Origin { get; set; } = origin;

    public bool Verifies { get; set; } = true;

    public uint Counter { get; set; }

    /// <summary>Answers <c>navigator.credentials.create()</c>.</summary>
    public object Create(JsonElement options)
    {
        // The first owner stays: a credential shown for another account is a forgery, and must not become theirs.
        userHandle = userHandle.Length > 0 ? userHandle : options.GetProperty("user").GetProperty("id").GetString()!;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] data = [.. Head(options.GetProperty("rp").GetProperty("id").GetString()!, CredentialAttached), .. new byte[16], 0, (byte)id.Length, .. id, .. cose];
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data];
        return Credential(new
        {
            clientDataJSON = Text(ClientData("webauthn.create", options)), attestationObject = Text(attestation), transports = new[] { "internal" },
        });
    }

    /// <summary>Answers <c>navigator.credentials.get()</c>.</summary>
    public object Get(JsonElement options)
    {
        var client = ClientData("webauthn.get", options);
        Counter++;
        var data = Head(options.GetProperty("rpId").GetString()!, 0);
        var signature = key.SignData([.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { clientDataJSON = Text(client), authenticatorData = Text(data), signature = Text(signature), userHandle });
    }

    public void Dispose() => key.Dispose();

    private object Credential(object response) => new
    {
        id = Text(id), rawId = Text(id), type = "public-key", response, clientExtensionResults = new { }, authenticatorAttachment = "platform",
    };

    private byte[] Head(string domain, byte flags)
    {
        var counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(domain)), (byte)(flags | UserPresent | (Verifies ? UserVerified : 0)), .. counter];
    }

    private byte[] ClientData(string type, JsonElement options) => Encoding.UTF8.GetBytes(
        $$"""{"type":"{{type}}","challenge":"{{options.GetProperty("challenge").GetString()}}","origin":"{{Origin}}","crossOrigin":false}""");

    private static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}

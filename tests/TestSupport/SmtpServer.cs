using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>Debian's aiosmtpd as a process: what a mail goes through outside of our own code. Can be stopped and started again on its port.</summary>
public sealed class SmtpServer : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-smtp-").FullName;
    private readonly string[] options;
    private Process? process;

    private SmtpServer(string[] options) => this.options = options;

    public int Port { get; private set; }

    /// <summary>The authority that vouches for the server's certificate, as a PEM file.</summary>
    public string CaFile => Path.Combine(folder, "ca.pem");

    /// <param name="options">As the script takes them; with <c>starttls</c> or <c>implicit-tls</c> a certificate for localhost is made.</param>
    public static async Task<SmtpServer> StartAsync(params string[] options)
    {
        var server = new SmtpServer(options);
        if (options.Contains("starttls") || options.Contains("implicit-tls"))
            server.MakeCertificates();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        string[] tls = File.Exists(CaFile) ? [$"cert={Path.Combine(folder, "server.pem")}", $"key={Path.Combine(folder, "server.key")}"] : [];
        string[] arguments = [Path.Combine(SourceTree.Root, "tests", "Slices", "python", "smtp_server.py"), folder, Port.ToString(CultureInfo.InvariantCulture), .. options, .. tls];
        process = Process.Start(new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var line = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        Assert.True(line?.StartsWith("ready ", StringComparison.Ordinal), line ?? await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        process.BeginErrorReadLine();
        Port = int.Parse(line!["ready ".Length..], CultureInfo.InvariantCulture);
    }

    public void Stop()
    {
        process?.Kill();
        process?.WaitForExit();
        process?.Dispose();
        process = null;
    }

    /// <summary>Waits until this many mails have come in; returns them in order of arrival.</summary>
    public Task<List<ReceivedMail>> ReceivedAsync(int count) => Eventually.GetAsync(
        () => Directory.GetFiles(folder, "*.json").Order(StringComparer.Ordinal).Select(ReceivedMail.Read).ToList(),
        mails => mails.Count >= count,
        mails => $"{mails.Count} of {count} mails came in");

    /// <summary>What has come in by now.</summary>
    public int Count => Directory.GetFiles(folder, "*.json").Length;

    public void Dispose()
    {
        Stop();
        Directory.Delete(folder, recursive: true);
    }

    private void MakeCertificates()
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=Test authority", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ca = caRequest.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(ca, from, to, [1, 2, 3, 4]);
        File.WriteAllText(CaFile, ca.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}

/// <summary>A mail as the server took it, read by Python's e-mail package.</summary>
public sealed record ReceivedMail(JsonElement Json)
{
    public static ReceivedMail Read(string path) => new(JsonDocument.Parse(File.ReadAllText(path)).RootElement);

    public string From => Json.GetProperty("from").GetString()!;

    public string To => Json.GetProperty("to").EnumerateArray().Single().GetString()!;

    public bool IsTls => Json.GetProperty("tls").GetBoolean();

    public string? User => Json.GetProperty("user").GetString();

    public string Raw => Encoding.Latin1.GetString(Json.GetProperty("raw").GetBytesFromBase64());

    public string Type => Json.GetProperty("type").GetString()!;

    public List<string> Defects => [.. Json.GetProperty("defects").EnumerateArray().Select(static d => d.GetString()!)];

    public List<(string Type, string Charset, string Encoding, string Text)> Parts =>
    [
        .. Json.GetProperty("parts").EnumerateArray().Select(static p =>
            (p.GetProperty("type").GetString()!, p.GetProperty("charset").GetString()!, p.GetProperty("encoding").GetString()!, p.GetProperty("text").GetString()!)),
    ];

    public string Text => Parts[0].Text;

    public string Html => Parts[1].Text;

    public string Subject => Header("Subject")!;

    /// <summary>The one header of this name, decoded; null: absent.</summary>
    public string? Header(string name) => Json.GetProperty("headers").EnumerateArray()
        .Where(h => string.Equals(h[0].GetString(), name, StringComparison.OrdinalIgnoreCase)).Select(static h => h[1].GetString()).SingleOrDefault();

    /// <summary>The token of the link in the text part.</summary>
    public string Token => Text[(Text.IndexOf("?token=", StringComparison.Ordinal) + 7)..].Split('\n', '\r', ' ')[0];
}

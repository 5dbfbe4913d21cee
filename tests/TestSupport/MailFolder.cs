using System.Diagnostics;
using System.Text.Json;
using MimeKit;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>Where a server without a mail server puts its mails.</summary>
public static class MailFolder
{
    /// <summary>Waits until so many mails to this address lie there, the welcome mails left out; returns them oldest first.</summary>
    public static Task<List<WrittenMail>> MailsToAsync(this StoaServer server, string address, int count = 1) => Eventually.GetAsync(
        () => server.MailsTo(address).Where(static m => !m.Subject.StartsWith("Welcome", StringComparison.Ordinal)).ToList(),
        mails => mails.Count >= count,
        mails => $"{mails.Count} of {count} mails to {address}: {string.Join(", ", mails.Select(static m => m.Subject))}");

    /// <summary>Proves the address of an account as its owner does: with the link in the welcome mail.</summary>
    public static async Task<Person> ProveEmailAsync(this Person person)
    {
        var address = (await person.GetAsync("/auth/me")).Is(200).Body.GetProperty("email").GetString()!;
        var welcome = await Eventually.GetAsync(
            () =>
            {
                person.Server.Tick();
                return person.Server.MailsTo(address).Find(static m => m.Subject.StartsWith("Welcome", StringComparison.Ordinal));
            },
            static m => m is not null, _ => $"no welcome mail to {address}");
        (await person.PostAsync($"/api/v1/users/verify-email/{welcome!.Token}", null)).Is(200);
        return person;
    }

    /// <summary>The mails to this address that lie there now, oldest first.</summary>
    public static List<WrittenMail> MailsTo(this StoaServer server, string address) =>
        [.. server.Mails().Where(m => string.Equals(m.To, address, StringComparison.OrdinalIgnoreCase))];

    /// <summary>Every mail that lies there now, oldest first.</summary>
    public static List<WrittenMail> Mails(this StoaServer server)
    {
        var folder = Path.Combine(server.Folder, "mail");
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.eml").Select(static f => new WrittenMail(f)).OrderBy(static m => m.Id)]
            : [];
    }
}

/// <summary>A mail in a file.</summary>
public sealed class WrittenMail(string path)
{
    private readonly MimeMessage message = MimeMessage.Load(path);

    public string Path { get; } = path;

    /// <summary>The number in its file's name.</summary>
    public long Id { get; } = long.Parse(System.IO.Path.GetFileNameWithoutExtension(path).Split('-')[1], System.Globalization.CultureInfo.InvariantCulture);

    public string To => message.To.Mailboxes.Single().Address;

    public string Subject => message.Subject ?? "";

    public string Text => message.TextBody ?? "";

    public string Html => message.HtmlBody ?? "";

    /// <summary>The token of the link in the text part.</summary>
    public string Token => Text[(Text.IndexOf("?token=", StringComparison.Ordinal) + 7)..].Split('\n', '\r', ' ')[0];

    /// <summary>Fails with the whole text unless it says this.</summary>
    public void Says(string words) => Assert.Contains(words, Text, StringComparison.Ordinal);

    /// <summary>The mail as Python's e-mail package reads it.</summary>
    public async Task<ReceivedMail> ReadByPythonAsync()
    {
        var script = System.IO.Path.Combine(SourceTree.Root, "tests", "Slices", "python", "read_mail.py");
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [script, Path]) { RedirectStandardOutput = true })!;
        var json = await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        return new ReceivedMail(JsonDocument.Parse(json).RootElement);
    }
}

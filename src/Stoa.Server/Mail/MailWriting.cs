using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using MimeKit;
using MimeKit.Text;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;

namespace Stoa.Server.Mail;

/// <summary>Turns a letter into an Internet message (RFC 5322): text first, page last (RFC 2046 §5.1.4: the last part is the preferred one).</summary>
public sealed class MailWriting(IServiceProvider services, ILoggerFactory loggers, MailSettings settings, TimeProvider clock)
{
    /// <param name="id">Of the mail's row; the message's own id is new every time, because a repeated mail may carry another link.</param>
    /// <exception cref="SendingRefusedException">A header's value has a line break, or the address cannot be written to.</exception>
    public async Task<MimeMessage> WriteAsync(Envelope envelope, long id, CancellationToken cancellation)
    {
        var (to, letter) = envelope;
        if (!Mailbox.IsValid(to.Address))
            throw new SendingRefusedException("The address cannot be written to");
        var html = await RenderAsync(letter);
        cancellation.ThrowIfCancellationRequested();

        var message = new MimeMessage { Subject = OneLine(letter.Subject)!, Date = clock.GetUtcNow(), MessageId = NewId(id) };
        message.From.Add(new MailboxAddress(Encoding.UTF8, OneLine(settings.FromName), settings.FromEmail));
        message.To.Add(new MailboxAddress(Encoding.UTF8, OneLine(to.Name), to.Address));

        // RFC 3834: holiday notices and other robots must not answer.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Body = new MultipartAlternative(Part(TextFormat.Plain, letter.Text), Part(TextFormat.Html, html));
        return message;
    }

    /// <summary>The page of a letter.</summary>
    public async Task<string> RenderAsync(Letter letter)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var page = await renderer.RenderComponentAsync(letter.Template, ParameterView.FromDictionary(new Dictionary<string, object?> { ["Letter"] = letter }));
            return "<!DOCTYPE html>\n" + page.ToHtmlString();
        });
    }

    private string NewId(long id)
    {
        var domain = settings.FromEmail[(settings.FromEmail.LastIndexOf('@') + 1)..];
        return string.Create(CultureInfo.InvariantCulture, $"{id}.{Guid.NewGuid():N}@{domain}");
    }

    private static TextPart Part(TextFormat format, string text) => new(format)
    {
        // The end of line is part of the text's encoding here (RFC 2045 §6.7), so it is made the mail's own first.
        Text = text.ReplaceLineEndings("\r\n"),
        ContentTransferEncoding = ContentEncoding.QuotedPrintable,
    };

    /// <summary>A line break in a value would begin a header of the sender's choice.</summary>
    private static string? OneLine(string? value) => value is null || !value.Any(char.IsControl)
        ? value
        : throw new SendingRefusedException("A header's value has a line break or another control character");
}

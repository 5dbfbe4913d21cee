using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using Stoa.Server.Hosting.Settings;
using Stoa.Server.Jobs;

namespace Stoa.Server.Mail.Sending;

/// <summary>Hands mails to an SMTP server (RFC 5321), several over one connection.</summary>
/// <remarks>
/// STARTTLS when the server offers it, plain otherwise only when no user name is set (contract E.9.15). Certificates are verified, by the
/// system's authorities or those of <see cref="MailSettings.SmtpCaFile"/>. A 5xx answer to a mail is final; everything else may pass later.
/// </remarks>
public sealed class SmtpSender(MailSettings settings) : IMailSender
{
    private const int ImplicitTlsPort = 465; // RFC 8314 §3.3
    private readonly SmtpClient client = NewClient(settings);

    public async Task SendAsync(MimeMessage message, long id, CancellationToken cancellation)
    {
        try
        {
            if (!client.IsConnected)
                await ConnectAsync(cancellation);
            await client.SendAsync(message, cancellation);
        }
        catch (SmtpCommandException answer) when (IsFinal(answer))
        {
            throw new SendingRefusedException(Said(answer), answer);
        }
        catch (SmtpCommandException answer)
        {
            throw new SendingDelayedException(Said(answer), isCarrierGone: !client.IsConnected, answer);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or SendingDelayedException))
        {
            // No connection, no certificate that holds, no log-in, or an answer that is not SMTP: the next mail meets the same.
            throw new SendingDelayedException($"{fault.GetType().Name}: {fault.Message}", isCarrierGone: true, fault);
        }
    }

    /// <summary>Connects and logs in as before a mail, and sends none.</summary>
    /// <exception cref="SendingDelayedException">A mail would not leave now.</exception>
    public async Task GreetAsync(CancellationToken cancellation)
    {
        try
        {
            await ConnectAsync(cancellation);
        }
        catch (Exception fault) when (fault is not (OperationCanceledException or SendingDelayedException))
        {
            throw new SendingDelayedException($"{fault.GetType().Name}: {fault.Message}", isCarrierGone: true, fault);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await client.DisconnectAsync(quit: true, CancellationToken.None);
        }
        catch (Exception fault) when (fault is IOException or ProtocolException or CommandException)
        {
            // The mails were taken over before; a server that does not say goodbye changes nothing.
        }

        client.Dispose();
    }

    private async Task ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            await client.ConnectAsync(settings.SmtpServer, settings.SmtpPort, Security(settings), cancellation);
        }
        catch (SmtpCommandException greeting)
        {
            throw new SendingDelayedException(Said(greeting), isCarrierGone: true, greeting);
        }

        if (settings.SmtpUsername.Length == 0)
            return;
        if (!client.IsSecure)
        {
            await client.DisconnectAsync(quit: true, cancellation);
            throw new SendingDelayedException("The mail server offers no TLS: user name and password are not sent in the clear", isCarrierGone: true);
        }

        await client.AuthenticateAsync(settings.SmtpUsername, settings.SmtpPassword, cancellation);
    }

    private static SecureSocketOptions Security(MailSettings settings) => settings.SmtpSecurity switch
    {
        SmtpSecurity.Tls => SecureSocketOptions.SslOnConnect,
        SmtpSecurity.StartTls => SecureSocketOptions.StartTls,
        _ => settings.SmtpPort == ImplicitTlsPort ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable,
    };

    // 530, 535 and 538 are about our log-in (RFC 4954 §6): the operator can mend it, and then the mail passes.
    private static bool IsFinal(SmtpCommandException answer) => (int)answer.StatusCode is >= 500 and not (530 or 535 or 538);

    private static string Said(SmtpCommandException answer) => $"{(int)answer.StatusCode} {answer.Message}";

    private static SmtpClient NewClient(MailSettings settings)
    {
        var client = new SmtpClient
        {
            // As SslStream does by itself: a list that cannot be reached would stop all mail.
            CheckCertificateRevocation = false,
        };
        if (settings.SmtpCaFile.Length > 0)
            client.ServerCertificateValidationCallback = (_, certificate, chain, errors) => IsVouchedFor(settings.SmtpCaFile, certificate, chain, errors);
        return client;
    }

    /// <summary>The name must fit in any case; who vouches may be the system's authorities or the file's.</summary>
    private static bool IsVouchedFor(string authorities, X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
            return true;
        if (errors != SslPolicyErrors.RemoteCertificateChainErrors || certificate is not X509Certificate2 own)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        foreach (var element in presented?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(own);
    }
}
